using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Audit;
using Sluice.Server.Hosting;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Tests.Secrets;
using Sluice.Server.Tests.Storage;
using Sluice.Server.Tests.Storage.Directories;

namespace Sluice.Server.Tests.Audit;

/// <summary>A database with audit logs, a file of checkpoints, and somebody with every right on the database.</summary>
internal sealed class AuditBed : IAsyncDisposable
{
    private readonly KeyFolder _keys;
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-audit-").FullName;

    private AuditBed(SluiceDatabase database, KeyFolder keys)
    {
        (Database, _keys) = (database, keys);
        Material = keys.Load();
        Chain = new AuditChain(Material, Time);
        Lines = new CheckpointLines(Material);
        File = new CheckpointFile(Path.Combine(_folder, "checkpoints.jsonl"), Lines);
        Verification = new AuditVerification(database.OpenAsync, Chain, new LogLines<AuditVerification>(), File);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    public SluiceDatabase Database { get; }
    public KeyMaterial Material { get; }
    public AuditChain Chain { get; }
    public CheckpointLines Lines { get; }
    public CheckpointFile File { get; }
    public AuditVerification Verification { get; }
    public Readiness Readiness { get; } = new();
    public LogLines<WriteCheckpoints> Log { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="unguard">Statements that take the table's guards away.</param>
    public static async Task<AuditBed> NewAsync(IStorageBackend backend, string unguard)
    {
        var database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        var bed = new AuditBed(database, new KeyFolder());
        await bed.ExecuteAsync(unguard);
        return bed;
    }

    public WriteCheckpoints NewJob() => new(Database, File, Readiness, Time, Log);

    public Task<AuditReport> VerifyAsync(string organisationId) => Verification.OfAsync(organisationId, Token);

    public async Task AddOrganisationAsync(string id)
    {
        await using var db = Database.CreateContext();
        db.Organisations.Add(new OrganisationRow { Id = id, Name = id, TimeZone = "UTC", CreatedAtMs = 1 });
        await db.SaveChangesAsync(Token);
    }

    /// <summary>Lets the organisation's log grow as Sluice would; each entry a second after the one before.</summary>
    public async Task<IReadOnlyList<AuditEntryRow>> GrowAsync(string organisationId, int count)
    {
        await using var db = Database.CreateContext();
        var last = await db.AuditEntries.AsNoTracking().Where(a => a.OrganisationId == organisationId).OrderByDescending(a => a.Seq).FirstOrDefaultAsync(Token);
        var rows = new List<AuditEntryRow>();
        for (var i = 0; i < count; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            last = Chain.Following(last, organisationId, "mgt_" + (i % 3), "key.update", "key_" + (i % 5), $$"""{"name":"entry {{i}}"}""");
            rows.Add(last);
        }
        db.AuditEntries.AddRange(rows);
        await db.SaveChangesAsync(Token);
        return rows;
    }

    /// <summary>A checkpoint of the log as it is, written a second later.</summary>
    public async Task CheckpointAsync(string organisationId)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        await using var db = Database.CreateContext();
        var head = await db.AuditEntries.AsNoTracking().Where(a => a.OrganisationId == organisationId).OrderByDescending(a => a.Seq).FirstAsync(Token);
        File.Append([new Checkpoint(Time.GetUtcNow(), organisationId, head.Seq, head.Seq, Convert.ToHexStringLower(head.Hash))], CheckpointState.Of(File).Hmac);
    }

    public async Task<int> ExecuteAsync(string sql, params (string Name, object Value)[] values)
    {
        await using var connection = await Database.OpenAsync(Token);
        return await ExecuteAsync(connection, sql, values);
    }

    public static string Text(FormattableString sql) => sql.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _keys.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<int> ExecuteAsync(DbConnection connection, string sql, (string Name, object Value)[] values)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Add(name, value);
        return await command.ExecuteNonQueryAsync(Token);
    }
}
