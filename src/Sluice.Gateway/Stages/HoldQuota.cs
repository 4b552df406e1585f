using Sluice.Contracts.Errors;
using Sluice.Gateway.Ledger;

namespace Sluice.Gateway.Stages;

/// <summary>Writes into the journal that this call is about to be made, before anything is dispatched: from here on no crash can lose it.</summary>
public sealed class HoldQuota(CallLedger ledger, ClientAddressText addresses) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var key = exchange.Key!;
        try
        {
            var written = ledger.ReserveAsync(new CallIntent
            {
                RequestId = exchange.RequestId,
                StartedAtMs = exchange.StartedAt.ToUnixTimeMilliseconds(),
                OrganisationId = key.OrganisationId,
                ProjectId = key.ProjectId,
                KeyId = key.Id,
                Day = exchange.Day,
                Endpoint = exchange.Endpoint.Name,
                Stream = exchange.Facts.Stream,
                ModelAsked = exchange.Facts.Model,
                ClientIp = addresses.Of(exchange.ClientIp!),
                PromptTokensEstimate = exchange.PromptTokensEstimate,
            });
            return written.IsCompletedSuccessfully ? Pass : WaitAsync(written);
        }
        catch (LedgerUnavailableException)
        {
            return Refuse(Unavailable);
        }
    }

    private static Refusal Unavailable => new(ErrorCodes.LedgerUnavailable) { RetryAfter = TimeSpan.FromSeconds(5) };

    private static async ValueTask<Refusal?> WaitAsync(ValueTask written)
    {
        try
        {
            await written;
            return null;
        }
        catch (LedgerUnavailableException)
        {
            return Unavailable;
        }
    }
}
