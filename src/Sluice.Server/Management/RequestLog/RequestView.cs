using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Gateway.Records;

namespace Sluice.Server.Management.RequestLog;

/// <summary>Request records as the API shows them.</summary>
internal static class RequestView
{
    /// <param name="record">As it was kept.</param>
    /// <param name="stages">The gateway's stages in their order.</param>
    public static RequestAnswer Of(RequestRecord record, IReadOnlyList<string> stages) => new()
    {
        Id = record.RequestId,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.StartedAtMs),
        State = record.State switch
        {
            CallState.Refused => RequestStates.Refused,
            CallState.Released => RequestStates.Released,
            CallState.Settled => RequestStates.Settled,
            _ => RequestStates.Estimated,
        },
        OrganisationId = record.OrganisationId,
        ProjectId = record.ProjectId,
        KeyId = record.KeyId,
        Day = record.Day > 0 ? DateOnly.FromDayNumber(record.Day) : null,
        ClientIp = record.ClientIp,
        Endpoint = record.Endpoint,
        Stream = record.Stream,
        ModelAsked = record.ModelAsked,
        ModelUsed = record.ModelUsed,
        UpstreamId = record.UpstreamId,
        UpstreamName = record.UpstreamName,
        Status = record.Status,
        ErrorCode = record.ErrorCode,
        StoppedBy = record.StoppedBy,
        // A record of an earlier version may have had other stages than are known now.
        Stages =
        [
            .. record.StageTimesUs.Select((us, i) => new StageTimeAnswer
            {
                Name = i < stages.Count ? stages[i] : string.Create(CultureInfo.InvariantCulture, $"stage {i + 1}"),
                Microseconds = us,
            }),
        ],
        FirstByteMicroseconds = record.FirstByteUs >= 0 ? record.FirstByteUs : null,
        TotalMicroseconds = record.TotalUs,
        Tokens = new RequestTokensAnswer
        {
            Prompt = record.PromptTokens,
            Cached = record.CachedTokens,
            Completion = record.CompletionTokens,
            Reasoning = record.ReasoningTokens,
            Source = record.TokenSource switch
            {
                TokenSource.Reported => TokenSources.Reported,
                TokenSource.Estimated => TokenSources.Estimated,
                _ => TokenSources.None,
            },
        },
        Cost = record is { CostNano: { } nano, Currency: { } currency } ? new CostAnswer { Nano = nano, Currency = currency } : null,
        FinishReason = record.FinishReason,
        Counts = record.Counts,
    };
}
