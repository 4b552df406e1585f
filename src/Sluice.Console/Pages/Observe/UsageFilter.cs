using Sluice.Console.Layout;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Observe;

/// <summary>What the page of usage is asked for, and how the operation is asked.</summary>
public sealed record UsageFilter(Period Period, string By, string Measure, string Currency, string KeyId, string Model, string? ProjectId)
{
    public static readonly IReadOnlyList<string> Groups = [UsageGroups.Model, UsageGroups.Key, UsageGroups.Project, UsageGroups.Member, UsageGroups.Upstream];

    public static readonly IReadOnlyList<string> Ranges = ["1h", "24h", "7d", "30d", "month", "last-month", Period.Own];

    public const string Cost = "cost";
    public const string Calls = "calls";
    public const string Tokens = "tokens";

    internal static UsageFilter Of(ConsoleQuery query, Visit visit) => new(Period.Of(query.Text, visit.Show, "7d"), Groups.FirstOrDefault(g => g == query.Text("by")) ?? UsageGroups.Model,
        query.Text("measure"), query.Text("currency"), query.Text("keyId"), query.Text("model"), visit.Project?.Id);

    public string Path(string groupBy, params (string, string?)[] more) => Address.Of("/usage",
        [("from", Period.FromText), ("to", Period.ToText), ("groupBy", groupBy), ("keyId", KeyId), ("model", Model), ("projectId", ProjectId), .. more]);

    public string Csv(string groupBy) => "/console/files" + Path(groupBy, ("top", "50"), ("format", "csv"));

    /// <summary>The calls behind a part of it, in the log.</summary>
    public string Log(DateTimeOffset from, DateTimeOffset to, params (string, string?)[] more) =>
        Address.Of("/console/logs", [("range", Period.Own), ("from", Period.Text(from)), ("to", Period.Text(to)), ("keyId", KeyId), ("model", Model), .. more]);
}
