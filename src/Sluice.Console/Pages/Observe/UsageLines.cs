using System.Globalization;
using Sluice.Console.Language;
using Sluice.Console.Ui.Charts;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Observe;

/// <summary>An answer's points as charts take them.</summary>
internal static class UsageLines
{
    /// <summary>One short label for each interval, in the organisation's zone.</summary>
    public static IReadOnlyList<string> Labels(UsageAnswer usage, Show show)
    {
        var pattern = usage.Interval switch
        {
            UsageIntervals.Minute => "HH:mm",
            UsageIntervals.Hour when usage.To - usage.From <= TimeSpan.FromHours(26) => "HH:mm",
            UsageIntervals.Hour => "MM-dd HH:mm",
            _ => "MM-dd",
        };
        return [.. usage.Starts.Select(at => show.Local(at).ToString(pattern, CultureInfo.InvariantCulture))];
    }

    public static DateTimeOffset End(UsageAnswer usage, int at) => at + 1 < usage.Starts.Count ? usage.Starts[at + 1] : usage.To;

    public static ChartSeries Of(string name, UsageSeries? series, Func<UsageMeasures, double?> value) => new(name, [.. (series?.Points ?? []).Select(p => p is null ? null : value(p))]);

    /// <summary>A gap means nothing happened, which for sums is nothing at all.</summary>
    public static double? CostIn(UsageMeasures point, string currency) => point.Cost.FirstOrDefault(c => c.Currency == currency) is { } cost ? cost.Nano / 1e9 : null;

    public static double Tokens(UsageMeasures point) => point.Tokens.Prompt + point.Tokens.Completion;

    /// <summary>A group's name, also where it has none.</summary>
    public static string Name(Words words, UsageSeries series, string by) => series switch
    {
        { Other: true } => words["All others"],
        { Name: { Length: > 0 } name } => name,
        { Id: { } id } => id,
        _ => by switch
        {
            UsageGroups.Member => words["Service keys"],
            UsageGroups.Model => words["No model"],
            UsageGroups.Upstream => words["No upstream"],
            _ => words["Without"],
        },
    };

    public static string By(Words words, string by) => by switch
    {
        UsageGroups.Key => words["By key"],
        UsageGroups.Project => words["By project"],
        UsageGroups.Member => words["By member"],
        UsageGroups.Upstream => words["By upstream"],
        _ => words["By model"],
    };

    /// <summary>A chart's title.</summary>
    public static string By(Words words, string by, string measure) => by switch
    {
        UsageGroups.Key => words["{0} by key", measure],
        UsageGroups.Project => words["{0} by project", measure],
        UsageGroups.Member => words["{0} by member", measure],
        UsageGroups.Upstream => words["{0} by upstream", measure],
        _ => words["{0} by model", measure],
    };

    public static long Errors(UsageMeasures totals) => totals.ClientErrors + totals.RateLimited + totals.ServerErrors;

    public static double? ErrorRate(UsageMeasures totals) => totals.Calls == 0 ? null : (double)Errors(totals) / totals.Calls;

    /// <summary>How much more it is, as a share of what it was; nothing where there was nothing.</summary>
    public static double? Change(double? now, double? before) => now is { } n && before is { } b && b > 0 ? (n - b) / b : null;
}
