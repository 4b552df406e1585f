using System.Data.Common;
using Sluice.Server.Hosting;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Audit;

/// <summary>
/// Notes outside the database, once a minute, how far each organisation's audit log is, so that a cut tail shows. What an earlier note knows
/// and the database no longer has is told at once. A file that cannot be written is told too and holds up nothing: the next attempt notes
/// everything that was missed.
/// </summary>
internal sealed partial class WriteCheckpoints(SluiceDatabase database, CheckpointFile file, Readiness readiness, TimeProvider time, ILogger<WriteCheckpoints> log) : BackgroundService
{
    /// <summary>The warning at <c>/readyz</c> while the file cannot be written.</summary>
    public const string NotWritten = "audit_checkpoints_not_written";
    /// <summary>The warning at <c>/readyz</c> once the database lacks what a checkpoint knows.</summary>
    public const string Contradicted = "audit_log_contradicts_checkpoints";
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastPass = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private CheckpointState? _state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host waits for whatever runs before the first real wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            await TryPassAsync(stoppingToken);
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LastPass);
        await TryPassAsync(limit.Token);
    }

    /// <summary>One round. Throws nothing but cancellation.</summary>
    public async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken);
            readiness.EndWarning(NotWritten);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _state = null;
            readiness.Warn(NotWritten);
            LogNotWritten(file.Path, e.Message);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRead(e.Message);
        }
        catch (OperationCanceledException)
        {
            // On stopping: the next start goes on where this one was.
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        var state = Current();
        var connection = await database.OpenAsync(cancellationToken);
        await using var _ = connection;
        var heads = await HeadsAsync(connection, cancellationToken);
        var moved = new List<Checkpoint>();
        foreach (var (organisationId, (seq, hash)) in heads)
        {
            var last = state.Last.GetValueOrDefault(organisationId);
            if (last is not null && last.Seq == seq && last.HeadHash == hash) continue;
            var count = last is not null && await HoldsAsync(connection, last, cancellationToken)
                ? last.Count + await CountAsync(connection, organisationId, last.Seq, seq, cancellationToken)
                : await CountAsync(connection, organisationId, 0, seq, cancellationToken);
            moved.Add(new Checkpoint(time.GetUtcNow(), organisationId, seq, count, hash));
        }
        foreach (var last in state.Last.Values.Where(c => !heads.ContainsKey(c.OrganisationId))) Tell(last);
        if (moved.Count == 0) return;
        state.Hmac = file.Append(moved, state.Hmac);
        state.Length = file.Length;
        foreach (var checkpoint in moved) state.Last[checkpoint.OrganisationId] = checkpoint;
    }

    private CheckpointState Current()
    {
        var length = file.Length;
        if (_state is not null && _state.Length == length) return _state;
        // Shorter, but not moved away: somebody cut it.
        if (_state is not null && length > 0 && length < _state.Length) LogFileCut(file.Path);
        _state = CheckpointState.Of(file);
        if (_state.FirstBadLine is { } line) LogBadLine(file.Path, line);
        return _state;
    }

    /// <summary>Whether the entry that a checkpoint knows is still there.</summary>
    private async Task<bool> HoldsAsync(DbConnection connection, Checkpoint last, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select hash from audit_entries where organisation_id = @organisation and seq = @seq";
        command.Add("@organisation", last.OrganisationId);
        command.Add("@seq", last.Seq);
        if (await command.ExecuteScalarAsync(cancellationToken) is byte[] hash && Convert.ToHexStringLower(hash) == last.HeadHash) return true;
        Tell(last);
        return false;
    }

    private void Tell(Checkpoint last)
    {
        if (!_told.Add(last.OrganisationId)) return;
        readiness.Warn(Contradicted);
        LogContradicted(last.OrganisationId, last.Seq, last.At);
    }

    private static async Task<Dictionary<string, (long Seq, string Hash)>> HeadsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select a.organisation_id, a.seq, a.hash from organisations o
              join audit_entries a on a.organisation_id = o.id and a.seq = (select max(b.seq) from audit_entries b where b.organisation_id = o.id)
              order by a.organisation_id
            """;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new Dictionary<string, (long, string)>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken)) heads[row.GetString(0)] = (row.GetInt64(1), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(2)));
        return heads;
    }

    private static async Task<long> CountAsync(DbConnection connection, string organisationId, long after, long last, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from audit_entries where organisation_id = @organisation and seq > @after and seq <= @last";
        command.Add("@organisation", organisationId);
        command.Add("@after", after);
        command.Add("@last", last);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Checkpoints of the audit log cannot be written to {Path}: {Reason} Until they can, a cut tail would not show; the next attempt is in a minute.")]
    private partial void LogNotWritten(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit log could not be read for its checkpoints: {Reason} The next attempt is in a minute.")]
    private partial void LogNotRead(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit log of {OrganisationId} was cut or written anew: entry {Seq}, which the checkpoint of {At:yyyy-MM-dd'T'HH:mm:ss'Z'} knows, is not there as it was. Run 'audit verify', and restore the database from a backup.")]
    private partial void LogContradicted(string organisationId, long seq, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Error, Message = "The file of checkpoints {Path} has become shorter: somebody cut it.")]
    private partial void LogFileCut(string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "The file of checkpoints {Path} is not as it was written, from line {Line} on: compare it with the copy that is kept elsewhere.")]
    private partial void LogBadLine(string path, long line);
}
