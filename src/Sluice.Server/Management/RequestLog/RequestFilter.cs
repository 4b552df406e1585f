using System.Globalization;
using Sluice.Gateway.Records;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.RequestLog;

/// <summary>The filters of the call log as its operations take them.</summary>
internal static class RequestFilter
{
    private static readonly string[] Classes = ["2xx", "3xx", "4xx", "5xx"];

    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        new("projectId", "Calls with keys of this project only."),
        new("keyId", "Calls with this key only; several with commas."),
        new("status", "Calls answered with this HTTP status only, 100–599; several with commas."),
        new("statusClass", "Calls answered with a status of this class only: `2xx`, `3xx`, `4xx`, `5xx`; several with commas."),
        new("endpoint", "Calls of this endpoint only, such as `POST /v1/chat/completions`."),
        new("errorCode", "Calls that were refused or failed with this code only."),
        new("model", "Calls that asked for or used this model only; its whole name; several with commas."),
        new("q", "What one has at hand: a request id or its beginning, a key id, or the whole name of a model or an error code."),
    ];

    /// <summary>Reads the filters, and lays them over what the caller sees.</summary>
    public static (RecordFilter Filter, LogReach Reach) Read(OperationCall call)
    {
        var projectId = call.Query.Text("projectId", 64);
        var reach = new LogReach(call, projectId);
        var filter = new RecordFilter
        {
            OrganisationId = call.Caller.OrganisationId,
            ProjectId = projectId,
            KeyIds = call.Query.Texts("keyId", 64),
            Statuses = Statuses(call),
            StatusClasses = StatusClasses(call),
            Endpoint = call.Query.Text("endpoint", 100),
            ErrorCode = call.Query.Text("errorCode", 100),
            Models = call.Query.Texts("model", 128),
            Windows = reach.Windows,
        };
        return (call.Query.Text("q", 128) is { } q ? Found(filter, q) : filter, reach);
    }

    /// <summary>The hundreds of the classes that are asked for, or <see langword="null"/> for all.</summary>
    public static IReadOnlyList<int>? StatusClasses(OperationCall call)
    {
        if (call.Query.Texts("statusClass", 3) is not { } texts)
            return null;
        if (texts.All(Classes.Contains))
            return [.. texts.Select(static t => t[0] - '0')];
        call.Query.Refuse("statusClass", $"'statusClass' must be one or more of: {string.Join(", ", Classes)}.");
        return null;
    }

    private static List<int>? Statuses(OperationCall call)
    {
        if (call.Query.Texts("status", 3) is not { } texts)
            return null;
        var statuses = texts.Select(static t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0).ToList();
        if (statuses.All(static s => s is >= 100 and <= 599))
            return statuses;
        call.Query.Refuse("status", "'status' must be one or more whole numbers from 100 to 599, with commas between them.");
        return null;
    }

    private static RecordFilter Found(RecordFilter filter, string q)
    {
        if (q.StartsWith(ObjectId.Request + "_", StringComparison.Ordinal))
            return filter with { IdBegins = q };
        if (ObjectId.Fits(ObjectId.Key, q))
            return filter with { KeyIds = filter.KeyIds is null || filter.KeyIds.Contains(q) ? [q] : [] };
        return filter with { Text = q };
    }

    /// <summary>Whether a record is what is asked for, where it does not come from the store.</summary>
    public static bool Holds(RecordFilter filter, RequestRecord record)
    {
        bool IsModel(string name) => record.ModelAsked == name || record.ModelUsed == name;
        return record.OrganisationId == filter.OrganisationId
            && (filter.ProjectId is null || record.ProjectId == filter.ProjectId)
            && (filter.KeyIds is not { } keys || (record.KeyId is { } key && keys.Contains(key)))
            && (filter.Statuses is not { } statuses || statuses.Contains(record.Status))
            && (filter.StatusClasses is not { } classes || classes.Contains(record.Status / 100))
            && (filter.Endpoint is null || record.Endpoint == filter.Endpoint)
            && (filter.ErrorCode is null || record.ErrorCode == filter.ErrorCode)
            && (filter.Models is not { } models || models.Any(IsModel))
            && (filter.IdBegins is not { } begins || record.RequestId.StartsWith(begins, StringComparison.Ordinal))
            && (filter.Text is not { } text || IsModel(text) || record.ErrorCode == text)
            && filter.Windows?.Any(w => w.Holds(record)) != false;
    }
}
