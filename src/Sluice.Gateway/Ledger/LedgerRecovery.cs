using Microsoft.Extensions.Logging;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>What a starting process continues from.</summary>
internal readonly record struct RecoveredLedger(IReadOnlyList<DayCount> Counts, long NextSegment);

/// <summary>
/// Brings into the store what an ended process left in its journal, and gives every call that it left open a record of its own. Each step is one
/// transaction of the store that moves the position too, so being killed here, however often, only means doing the rest again.
/// </summary>
internal sealed class LedgerRecovery(JournalFolder folder, IRecordStore store, int batchEntriesMax, ILogger logger)
{
    public async Task<RecoveredLedger> RunAsync(int sinceDay, CancellationToken cancellationToken)
    {
        var state = await store.ReadStateAsync(sinceDay, cancellationToken).ConfigureAwait(false);
        var segments = folder.Segments();
        var last = segments.Count > 0 ? segments[^1] : 0;
        var builder = new LedgerBatchBuilder(state.OpenIntents, logger);

        var position = await ReplayAsync(state.Position, last, builder, cancellationToken).ConfigureAwait(false);
        var interrupted = await EndOpenAsync(position, builder, cancellationToken).ConfigureAwait(false);
        if (interrupted > 0)
        {
            logger.LogWarning("{Calls} calls were under way when the process ended last time. They are kept as estimated, with the error code {Code}.", interrupted, ErrorCodes.Interrupted.Code);
        }
        foreach (var segment in segments) Remove(segment);

        var counts = (await store.ReadStateAsync(sinceDay, cancellationToken).ConfigureAwait(false)).Counts;
        return new RecoveredLedger(counts, position.Offset > 0 ? position.Segment + 1 : position.Segment);
    }

    private async Task<JournalPosition> ReplayAsync(JournalPosition from, long lastSegment, LedgerBatchBuilder builder, CancellationToken cancellationToken)
    {
        using var reader = new JournalReader(folder, from, logger);
        var end = new JournalPosition(lastSegment, long.MaxValue);
        long replayed = 0;
        while (ReadBatch(reader, end, builder))
        {
            replayed += builder.Entries;
            await WriteAsync(reader.Position, builder, cancellationToken).ConfigureAwait(false);
        }
        if (replayed > 0) logger.LogInformation("{Entries} journal entries of the last run were brought into the database.", replayed);
        // Everything up to the last segment's end was read, wherever that is: the next segment is where to go on.
        return from.Segment > lastSegment ? from : new JournalPosition(lastSegment + 1, 0);
    }

    private bool ReadBatch(JournalReader reader, JournalPosition end, LedgerBatchBuilder builder)
    {
        while (builder.Entries < batchEntriesMax && reader.TryRead(end, out var kind, out var payload)) builder.Add(kind, payload);
        return builder.Entries > 0;
    }

    private async Task<int> EndOpenAsync(JournalPosition position, LedgerBatchBuilder builder, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var some in builder.OpenInStore.ToArray().Chunk(batchEntriesMax))
        {
            foreach (var intent in some) builder.Add(Interrupted(intent));
            await WriteAsync(position, builder, cancellationToken).ConfigureAwait(false);
            ended += some.Length;
        }
        return ended;
    }

    private async Task WriteAsync(JournalPosition position, LedgerBatchBuilder builder, CancellationToken cancellationToken)
    {
        await store.WriteAsync(builder.Build(position), cancellationToken).ConfigureAwait(false);
        builder.Commit();
    }

    private void Remove(long segment)
    {
        try
        {
            folder.Remove(segment);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is read again at the next start, and everything in it ignored.
            logger.LogWarning("The journal segment {Segment} could not be removed: {Reason}", segment, failure.Message);
        }
    }

    private static RequestRecord Interrupted(CallIntent intent) => new()
    {
        RequestId = intent.RequestId,
        StartedAtMs = intent.StartedAtMs,
        State = CallState.Estimated,
        OrganisationId = intent.OrganisationId,
        ProjectId = intent.ProjectId,
        KeyId = intent.KeyId,
        Day = intent.Day,
        ClientIp = intent.ClientIp,
        Endpoint = intent.Endpoint,
        Stream = intent.Stream,
        ModelAsked = intent.ModelAsked,
        Status = ErrorCodes.Interrupted.Status,
        ErrorCode = ErrorCodes.Interrupted.Code,
        TokenSource = TokenSource.Estimated,
        PromptTokens = intent.PromptTokensEstimate,
    };
}
