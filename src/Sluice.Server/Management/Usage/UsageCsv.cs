using System.Globalization;
using System.Text;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Http;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Usage;

/// <summary>The series of an answer as a table: a line for each group, interval and currency in which something happened.</summary>
internal static class UsageCsv
{
    public static AnsweredFile Of(UsageAnswer usage)
    {
        var text = new StringBuilder();
        CsvText.Begin(text);
        CsvText.Line(text, "start", "id", "name", "other", "calls", "ok", "clientErrors", "rateLimited", "serverErrors", "promptTokens", "cachedTokens", "completionTokens", "reasoningTokens", "estimatedCalls",
            "cost", "currency", "latencyP50Us", "latencyP95Us", "latencyP99Us", "firstTokenP50Us", "firstTokenP95Us");
        foreach (var series in usage.Series)
        {
            for (var i = 0; i < series.Points.Count; i++)
            {
                if (series.Points[i] is { } point)
                    Lines(text, usage.Starts[i], series, point);
            }
        }

        return new AnsweredFile(Encoding.UTF8.GetBytes(text.ToString()), "text/csv; charset=utf-8; header=present", "usage.csv");
    }

    private static void Lines(StringBuilder text, DateTimeOffset start, UsageSeries series, UsageMeasures point)
    {
        // What is counted stands in the first line only, so that a sum over the lines is right.
        var first = true;
        foreach (var cost in point.Cost.DefaultIfEmpty())
        {
            CsvText.Line(text, start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), series.Id, series.Name, series.Other ? "true" : "false",
                Number(point.Calls), Number(point.Ok), Number(point.ClientErrors), Number(point.RateLimited), Number(point.ServerErrors),
                Number(point.Tokens.Prompt), Number(point.Tokens.Cached), Number(point.Tokens.Completion), Number(point.Tokens.Reasoning), Number(point.EstimatedCalls),
                cost is null ? "" : (cost.Nano / 1_000_000_000m).ToString(CultureInfo.InvariantCulture), cost?.Currency,
                Number(point.Latency?.P50), Number(point.Latency?.P95), Number(point.Latency?.P99), Number(point.FirstToken?.P50), Number(point.FirstToken?.P95));
            first = false;
        }

        string Number(long? value) => first ? value?.ToString(CultureInfo.InvariantCulture) ?? "" : "";
    }
}
