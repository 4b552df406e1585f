using System.Data.Common;
using System.Text.Json;
using Sluice.Server.Management.Keys;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Storage;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>An organisation of 25,000 keys, of which hardly any fit the rarer filters.</summary>
public abstract class KeyPagesBed(IStorageBackend backend) : IAsyncLifetime
{
    public const string Organisation = "org_1";
    public const int Count = 25_000;

    public SluiceDatabase Database { get; private set; } = null!;

    /// <summary>What is wrong with how the database goes about it, or <see langword="null"/>.</summary>
    /// <param name="by">What an index must be asked for, where that can be seen.</param>
    public abstract Task<string?> ObjectionAsync(DbCommand command, string? by);

    /// <summary>The numbers from 1 on, as a table with a column i.</summary>
    protected abstract string Numbers(int count);

    /// <summary>32 bytes.</summary>
    protected abstract string Hash { get; }

    protected static CancellationToken Token => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        Database = SluiceDatabase.Open(await backend.NewOptionsAsync(), TimeProvider.System);
        await Database.PrepareAsync(Token);
        await SeedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        (backend as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task SeedAsync()
    {
        await using (var db = Database.CreateContext())
        {
            foreach (var organisation in new[] { Organisation, "org_2" })
                db.Add(SampleRows.Organisation(organisation));
            foreach (var project in new[] { "prj_1", "prj_2", "prj_3" })
                db.Add(new ProjectRow { Id = project, OrganisationId = Organisation, Name = project, CreatedAtMs = 1, UpdatedAtMs = 1 });
            await db.SaveChangesAsync(Token);
        }

        await using var connection = await Database.OpenAsync(Token);
        // The rarer sorts are the oldest, which a list comes to last.
        await ExecuteAsync(connection, $"""
            insert into keys (id, organisation_id, project_id, name, kind, enabled, expires_at_ms, revoked_at_ms, scope_routes, scope_models, allowed_networks, created_at_ms, updated_at_ms, owner_id, priority, name_folded)
            select 'key_' || {Padded("i", 8)}, '{Organisation}', case when i % 1000 = 7 then 'prj_2' when i % 1000 = 8 then 'prj_3' else 'prj_1' end,
              case when i % 4 = 0 then 'Same' when i = 1 then '100% sure' when i = 2 then '100_' when i = 3 then '100\x' when i = 5 then 'Größe' else 'Key ' || i end,
              case when i <= 30 then 'production' else 'test' end, i % 2000 <> 11, case when i % 2000 = 12 or i < 10 then 5 end, case when i % 2000 = 13 then 5 end,
              '[]', '[]', '[]', i, i, case when i % 3000 = 14 then null when i <= 40 then 'acc_rare' else 'acc_1' end, 'standard',
              case when i % 4 = 0 then 'same' when i = 1 then '100% sure' when i = 2 then '100_' when i = 3 then '100\x' when i = 5 then 'größe' else 'key ' || i end
            from {Numbers(Count)}
            """);
        await ExecuteAsync(connection, $"insert into key_tags (key_id, organisation_id, tag) select id, organisation_id, 'common' from keys");
        await ExecuteAsync(connection, $"insert into key_tags (key_id, organisation_id, tag) select id, organisation_id, 'rare' from keys where created_at_ms <= 25");
        await ExecuteAsync(connection, $"""
            insert into key_credentials (public_id, key_id, organisation_id, hash, pepper_version, last_four, created_at_ms)
            select 'p' || {Padded("created_at_ms", 11)}, id, organisation_id, {Hash}, 1, 'abcd', created_at_ms from keys where created_at_ms <= 2000
            """);
        await ExecuteAsync(connection, "analyze");
    }

    private static string Padded(string number, int length) => $"substr('{new string('0', length)}' || {number}, length('{new string('0', length)}' || {number}) - {length - 1})";

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}

public sealed class SqliteKeyPagesBed() : KeyPagesBed(new SqliteBackend())
{
    protected override string Hash => "zeroblob(32)";

    protected override string Numbers(int count) => $"(with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) select i from n) n";

    public override async Task<string?> ObjectionAsync(DbCommand command, string? by)
    {
        command.CommandText = "explain query plan " + command.CommandText;
        var steps = new List<string>();
        await using (var row = await command.ExecuteReaderAsync(Token))
            while (await row.ReadAsync(Token)) steps.Add(row.GetString(3));
        // What was found by an index before, a bounded number of rows, may be walked through and sorted.
        var bounded = steps.Where(s => s.StartsWith("CO-ROUTINE ", StringComparison.Ordinal) || s.StartsWith("MATERIALIZE ", StringComparison.Ordinal)).Select(s => s.Split(' ')[1]).ToList();
        var wrong = steps.Any(s => s.StartsWith("SCAN ", StringComparison.Ordinal) && s.Split(' ')[1] != "i" && !bounded.Contains(s.Split(' ')[1]))
            || (steps.Any(s => s.Contains("TEMP B-TREE", StringComparison.Ordinal)) && bounded.Count == 0)
            || (by is not null && !steps.Exists(s => s.Contains($"({by}", StringComparison.Ordinal)));
        return wrong ? string.Join('\n', steps) : null;
    }
}

public sealed class PostgresKeyPagesBed() : KeyPagesBed(new PostgresBackend())
{
    // Rows of the index, those of the page, and a margin for what is read ahead.
    private const int RowsMax = KeyPages.LookedAtMax + 1_000;

    protected override string Hash => "decode(repeat('00', 32), 'hex')";

    protected override string Numbers(int count) => $"(select i from generate_series(1, {count}) i) n";

    public override async Task<string?> ObjectionAsync(DbCommand command, string? by)
    {
        command.CommandText = "explain (analyze, format json) " + command.CommandText;
        var plan = (string)(await command.ExecuteScalarAsync(Token))!;
        return MostRows(JsonElement.Parse(plan)[0].GetProperty("Plan")) > RowsMax ? plan : null;
    }

    private static double MostRows(JsonElement node)
    {
        var loops = node.GetProperty("Actual Loops").GetDouble();
        var removed = node.TryGetProperty("Rows Removed by Filter", out var some) ? some.GetDouble() : 0;
        var own = (node.GetProperty("Actual Rows").GetDouble() + removed) * loops;
        return node.TryGetProperty("Plans", out var inner) ? Math.Max(own, inner.EnumerateArray().Max(MostRows)) : own;
    }
}
