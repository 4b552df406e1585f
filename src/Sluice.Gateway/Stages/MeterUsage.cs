using Sluice.Gateway.Metering;
using Sluice.Gateway.Records;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Stages;

/// <summary>On the way back: what did the call use, how is that known, and what does it cost?</summary>
public sealed class MeterUsage(PriceTable prices) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange) => Pass;

    public override void Leave(Exchange exchange)
    {
        exchange.State = State(exchange);
        if (exchange.State is CallState.Settled or CallState.Estimated)
        {
            exchange.Usage = exchange.Answer.Usage;
            if (exchange.Usage.Source == TokenSource.None && exchange.Endpoint != ModelEndpoints.ImageGenerations)
            {
                exchange.Usage = new TokenUsage
                {
                    Source = TokenSource.Estimated,
                    Prompt = PromptTokens.Of(exchange),
                    Completion = exchange.Text.Complete(),
                };
            }

            Price(exchange);
        }

        exchange.Text.Dispose();
    }

    private static CallState State(Exchange exchange)
    {
        if (!exchange.Dispatched) return CallState.Refused;
        // Nothing came: if that is the upstream's doing the call is given back; if the caller or this node cut it, it may have been billed.
        if (!exchange.Answered) return exchange.CallerLeft || exchange.CutHere ? CallState.Estimated : CallState.Released;
        // Broken off, but with usage reported before: the numbers are the upstream's.
        return exchange.Answer.Usage.Source == TokenSource.Reported || exchange.Refusal is null && !exchange.CallerLeft ? CallState.Settled : CallState.Estimated;
    }

    private void Price(Exchange exchange)
    {
        var candidate = exchange.Candidate!;
        if (candidate.Definition.Kind == UpstreamKind.Sandbox)
        {
            exchange.CostNano = 0;
            return;
        }

        if (prices.Find(candidate.ModelUsed(exchange.Facts.Model)) is not { } price) return;
        exchange.CostNano = price.CostNano(exchange.Usage);
        exchange.Currency = price.Currency;
    }
}
