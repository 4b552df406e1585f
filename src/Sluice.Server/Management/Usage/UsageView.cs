using Sluice.Contracts.Management;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Management.Usage;

/// <summary>Sums as the API shows them.</summary>
internal static class UsageView
{
    public static UsageMeasures Of(IEnumerable<UsageSlice> slices)
    {
        var sums = new UsageSums();
        var (latencies, firstLatencies) = (new LatencyClasses(), new LatencyClasses());
        var costs = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var slice in slices)
        {
            sums.Add(slice.Sums);
            latencies.Add(slice.Latencies);
            firstLatencies.Add(slice.FirstLatencies);
            if (slice.Currency.Length > 0)
                costs[slice.Currency] = costs.GetValueOrDefault(slice.Currency) + slice.Sums[UsageSum.CostNano];
        }

        var calls = sums[UsageSum.Calls];
        return new UsageMeasures
        {
            Calls = calls,
            Ok = sums[UsageSum.Ok],
            ClientErrors = sums[UsageSum.ClientErrors],
            RateLimited = sums[UsageSum.RateLimited],
            ServerErrors = sums[UsageSum.ServerErrors],
            SuccessRate = calls == 0 ? null : (double)sums[UsageSum.Ok] / calls,
            Tokens = new UsageTokens { Prompt = sums[UsageSum.PromptTokens], Cached = sums[UsageSum.CachedTokens], Completion = sums[UsageSum.CompletionTokens], Reasoning = sums[UsageSum.ReasoningTokens] },
            EstimatedCalls = sums[UsageSum.EstimatedCalls],
            Cost = [.. costs.Select(static c => new CostAnswer { Currency = c.Key, Nano = c.Value })],
            Latency = Latency(latencies, sums[UsageSum.TotalUs], sums[UsageSum.TimedCalls]),
            FirstToken = Latency(firstLatencies, sums[UsageSum.FirstByteUs], sums[UsageSum.FirstByteCalls]),
        };
    }

    /// <summary>The calls of one status only; what they used is not kept by status.</summary>
    public static UsageMeasures Of(UsageMeasures all, UsageSum status)
    {
        long Only(UsageSum sum, long calls) => sum == status ? calls : 0;
        var (ok, client, limited, failed) = (Only(UsageSum.Ok, all.Ok), Only(UsageSum.ClientErrors, all.ClientErrors), Only(UsageSum.RateLimited, all.RateLimited), Only(UsageSum.ServerErrors, all.ServerErrors));
        return new UsageMeasures
        {
            Calls = ok + client + limited + failed,
            Ok = ok,
            ClientErrors = client,
            RateLimited = limited,
            ServerErrors = failed,
            Tokens = new UsageTokens { Prompt = 0, Cached = 0, Completion = 0, Reasoning = 0 },
            EstimatedCalls = 0,
            Cost = [],
        };
    }

    private static UsageLatency? Latency(LatencyClasses classes, long sum, long count) => count == 0 || classes.Total == 0 ? null : new UsageLatency
    {
        Mean = sum / count,
        P50 = classes.Percentile(0.5)!.Value,
        P95 = classes.Percentile(0.95)!.Value,
        P99 = classes.Percentile(0.99)!.Value,
    };
}
