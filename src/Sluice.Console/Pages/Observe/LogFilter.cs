using Sluice.Console.Language;
using Sluice.Console.Layout;

namespace Sluice.Console.Pages.Observe;

/// <summary>The filters of the request log as its address has them, and as the operations take them.</summary>
public sealed record LogFilter(string Q, Period Period, string StatusClass, string KeyId, string Model, string Endpoint, string ErrorCode, bool OldestFirst, string? ProjectId)
{
    public static readonly IReadOnlyList<string> Names = ["q", "range", "from", "to", "statusClass", "keyId", "model", "endpoint", "errorCode"];

    public static readonly IReadOnlyList<string> Classes = ["2xx", "4xx", "5xx"];

    public static readonly IReadOnlyList<string> Endpoints =
        ["POST /v1/chat/completions", "POST /v1/completions", "POST /beta/completions", "POST /v1/embeddings", "GET /v1/models", "GET /user/balance"];

    internal static LogFilter Of(ConsoleQuery query, Visit visit) => new(query.Text("q"), Period.Of(query.Text, visit.Show, "24h"), string.Join(',', query.All("statusClass").Where(Classes.Contains)),
        query.Text("keyId"), query.Text("model"), query.Text("endpoint"), query.Text("errorCode"), query.Text("order") is "oldest", visit.Project?.Id);

    /// <summary>A request id is found whatever the other filters are.</summary>
    public bool IsById => Q.StartsWith("req_", StringComparison.Ordinal);

    /// <summary>How many filters there are beside search and span.</summary>
    public int Count => new[] { StatusClass, KeyId, Model, Endpoint, ErrorCode }.Count(static f => f.Length > 0);

    public bool IsNarrowed => Count > 0 || Q.Length > 0 || Period.Name is not "24h";

    public bool Has(string statusClass) => StatusClass.Split(',').Contains(statusClass);

    public string ListPath(string cursor, int limit) => IsById
        ? Address.Of("/requests", ("q", Q), ("limit", Number(limit)), ("cursor", cursor))
        : Address.Of("/requests", [.. Filters(), ("from", Period.FromText), ("to", Period.ToText), ("order", OldestFirst ? "oldest" : null), ("limit", Number(limit)), ("cursor", cursor)]);

    public string HistogramPath => Address.Of("/requests/histogram", ("from", Period.FromText), ("to", Period.ToText), ("statusClass", StatusClass), ("keyId", KeyId), ("model", Model), ("projectId", ProjectId));

    /// <summary>What the counts over time do not know.</summary>
    public bool IsFinerThanHistogram => Q.Length > 0 || Endpoint.Length > 0 || ErrorCode.Length > 0;

    public string LivePath => Address.Of("/console/files/requests/live", [.. Filters()]);

    public string CsvPath => IsById ? Address.Of("/console/files/requests/export", ("q", Q))
        : Address.Of("/console/files/requests/export", [.. Filters(), ("from", Period.FromText), ("to", Period.ToText), ("order", OldestFirst ? "oldest" : null)]);

    private (string, string?)[] Filters() => [("q", Q), ("statusClass", StatusClass), ("keyId", KeyId), ("model", Model), ("endpoint", Endpoint), ("errorCode", ErrorCode), ("projectId", ProjectId)];

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The parameters of a page's address.</summary>
internal sealed class ConsoleQuery(Microsoft.AspNetCore.Http.HttpRequest request)
{
    public string Text(string name) => request.Query[name].ToString().Trim() is { Length: <= 200 } text ? text : "";

    public IEnumerable<string> All(string name) => request.Query[name].OfType<string>().SelectMany(static v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
