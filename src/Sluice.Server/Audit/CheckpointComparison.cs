using System.Data.Common;
using System.Globalization;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Audit;

/// <summary>
/// One organisation's checkpoints against the database, in the order they were written. What a checkpoint knows and the database does not have as it
/// was has been cut, even if the log went on growing since and holds by itself.
/// </summary>
internal sealed class CheckpointComparison(string organisationId)
{
    private const int BatchMax = 500;
    private readonly List<Checkpoint> _batch = [];
    private long _holding;
    private Checkpoint? _broken;

    public long Compared { get; private set; }

    public Checkpoint? Last { get; private set; }

    public async ValueTask TakeAsync(DbConnection connection, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        Compared++;
        Last = checkpoint;
        if (_broken is not null) return;
        _batch.Add(checkpoint);
        if (_batch.Count == BatchMax) await FlushAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (_batch.Count == 0 || _broken is not null) return;
        var hashes = await HashesAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var checkpoint in _batch)
        {
            if (hashes.GetValueOrDefault(checkpoint.Seq) != checkpoint.HeadHash)
            {
                _broken = checkpoint;
                break;
            }
            _holding = Math.Max(_holding, checkpoint.Seq);
        }
        _batch.Clear();
    }

    /// <summary>The first entry that is not what it was when a checkpoint knew it, or <see langword="null"/>.</summary>
    public async Task<(long Seq, string Problem)?> CutAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (_broken is not { } broken) return null;
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        // What stands at or before the checkpoint's place and is younger than the checkpoint was written in the place of something else.
        command.CommandText = """
            select (select max(seq) from audit_entries where organisation_id = @organisation),
              (select min(seq) from audit_entries where organisation_id = @organisation and seq <= @seq and at_ms > @at)
            """;
        command.Add("@organisation", organisationId);
        command.Add("@seq", broken.Seq);
        command.Add("@at", broken.At.ToUnixTimeMilliseconds());
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        var head = row.IsDBNull(0) ? 0 : row.GetInt64(0);
        var younger = row.IsDBNull(1) ? long.MaxValue : row.GetInt64(1);
        var seq = Math.Max(Math.Min(_holding, broken.Seq - 1) + 1, Math.Min(younger, Math.Min(head + 1, broken.Seq)));
        return (seq, string.Create(CultureInfo.InvariantCulture,
            $"The checkpoint of {broken.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} knows entry {broken.Seq}; from entry {seq} on the log was cut{(head >= seq ? " and others were written since" : "")}."));
    }

    private async Task<Dictionary<long, string>> HashesAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        var places = string.Join(',', _batch.Select(c => c.Seq.ToString(CultureInfo.InvariantCulture)));
#pragma warning disable CA2100 // Numbers.
        command.CommandText = $"select seq, hash from audit_entries where organisation_id = @organisation and seq in ({places})";
#pragma warning restore CA2100
        command.Add("@organisation", organisationId);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var hashes = new Dictionary<long, string>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!row.IsDBNull(1)) hashes[row.GetInt64(0)] = Convert.ToHexStringLower(row.GetFieldValue<byte[]>(1));
        }
        return hashes;
    }
}
