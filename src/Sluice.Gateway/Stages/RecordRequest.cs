using Sluice.Contracts.Errors;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Stages;

/// <summary>First in, last out: whatever became of the call, it leaves exactly one record in the journal.</summary>
public sealed class RecordRequest(CallLedger ledger, TimeProvider time, ClientAddressText addresses) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        exchange.Http.Response.Headers["x-request-id"] = exchange.RequestId;
        return Pass;
    }

    public override void Leave(Exchange exchange)
    {
        var error = exchange.CallerLeft && exchange.Refusal is null ? ErrorCodes.CallerLeft : exchange.Refusal?.Error;
        ledger.Settle(new RequestRecord
        {
            RequestId = exchange.RequestId,
            StartedAtMs = exchange.StartedAt.ToUnixTimeMilliseconds(),
            State = exchange.State,
            OrganisationId = exchange.Key?.OrganisationId,
            ProjectId = exchange.Key?.ProjectId,
            KeyId = exchange.Key?.Id,
            Day = exchange.Day,
            ClientIp = exchange.ClientIp is null ? null : addresses.Of(exchange.ClientIp),
            Endpoint = exchange.Endpoint.Name,
            Stream = exchange.Facts.Stream,
            ModelAsked = exchange.Facts.Model is { Length: > 0 } asked ? asked : null,
            ModelUsed = exchange.Candidate?.ModelUsed(exchange.Facts.Model),
            UpstreamId = exchange.Candidate?.Definition.Id,
            UpstreamName = exchange.Candidate?.Definition.Name,
            Status = exchange.Status,
            ErrorCode = error?.Code,
            StoppedBy = exchange.StoppedBy,
            StageTimesUs = exchange.StagesEntered == exchange.StageTimesUs.Length ? exchange.StageTimesUs : exchange.StageTimesUs[..exchange.StagesEntered],
            FirstByteUs = exchange.FirstByte == 0 ? -1 : Microseconds(exchange.Started, exchange.FirstByte),
            TotalUs = Microseconds(exchange.Started, time.GetTimestamp()),
            TokenSource = exchange.Usage.Source,
            PromptTokens = exchange.Usage.Prompt,
            CachedTokens = exchange.Usage.Cached,
            CompletionTokens = exchange.Usage.Completion,
            ReasoningTokens = exchange.Usage.Reasoning,
            CostNano = exchange.CostNano,
            Currency = exchange.Currency,
            FinishReason = exchange.Answer.FinishReason,
        });
    }

    private long Microseconds(long from, long to) => (long)time.GetElapsedTime(from, to).TotalMicroseconds;
}
