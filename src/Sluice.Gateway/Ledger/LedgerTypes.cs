using Sluice.Gateway.Records;

namespace Sluice.Gateway.Ledger;

/// <summary>A place in the journal: everything before it has been drained.</summary>
public readonly record struct JournalPosition(long Segment, long Offset);

/// <summary>What is known of a call when it is reserved, before it is dispatched: enough to write its record if the process dies.</summary>
public sealed class CallIntent
{
    public required string RequestId { get; init; }
    public required long StartedAtMs { get; init; }
    public required string OrganisationId { get; init; }
    public required string ProjectId { get; init; }
    public required string KeyId { get; init; }
    public required int Day { get; init; }
    public required string Endpoint { get; init; }
    public required bool Stream { get; init; }
    public required string? ModelAsked { get; init; }
    public required string? ClientIp { get; init; }
    /// <summary>Estimated tokens of the prompt, used where nothing better becomes known.</summary>
    public required long PromptTokensEstimate { get; init; }
}

/// <summary>Calls of one key on one day.</summary>
public readonly record struct DayCount(string KeyId, int Day, long Calls);

public sealed record LedgerState(JournalPosition Position, IReadOnlyList<CallIntent> OpenIntents, IReadOnlyList<DayCount> Counts);

/// <summary>What the drainer writes at once.</summary>
/// <param name="Records">Finished calls, in the order they finished.</param>
/// <param name="Opened">Intents read in this stretch of the journal that have not ended yet.</param>
/// <param name="ClosedRequestIds">Intents that an earlier batch opened and this one's records end.</param>
/// <param name="Position">Where the journal is drained to after this batch.</param>
public sealed record LedgerBatch(IReadOnlyList<RequestRecord> Records, IReadOnlyList<CallIntent> Opened, IReadOnlyList<string> ClosedRequestIds, JournalPosition Position);
