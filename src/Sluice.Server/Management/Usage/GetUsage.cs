using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Management.Usage;

internal static class GetUsage
{
    private const string Previous = "previous";
    private const string Csv = "csv";
    private const string Json = "json";
    private const int TopDefault = 8;
    private const int TopMax = 50;
    private const int ErrorCodesMax = 20;

    private static readonly IReadOnlyList<string> Groups = [UsageGroups.None, UsageGroups.Key, UsageGroups.Model, UsageGroups.Project, UsageGroups.Member, UsageGroups.Upstream, UsageGroups.Status];

    public static readonly Operation Operation = new()
    {
        Name = "getUsage",
        Method = "GET",
        Path = "/usage",
        Permission = Permissions.UsageRead,
        Summary = "Show what calls add up to: numbers, tokens, cost, latencies, errors",
        Description = "From roll-ups that are written with the calls themselves, so that an answer costs the same whatever their number. Days begin in the organisation's time zone, or at the next full hour (UTC) "
            + "where that zone is not whole hours off. Minutes are kept for 3 days. What the caller's role does not reach is not counted. With `format=csv` the series come as a table.",
        Query =
        [
            new("from", "Calls begun at this RFC 3339 instant or later; 24 hours before `to` where left out."),
            new("to", "Calls begun before this RFC 3339 instant; now where left out."),
            new("interval", "Width of the points; `auto` where left out. Widened where there would be more than 1,000 points, or minutes that are no longer kept; `message` says so.", UsageWindow.Auto, UsageIntervals.Minute, UsageIntervals.Hour, UsageIntervals.Day),
            new("groupBy", "What is told apart; `none` where left out.", Groups),
            new("projectId", "Calls with keys of this project only."),
            new("keyId", "Calls with this key only; several with commas."),
            new("model", "Calls that used this model, or asked for it and used none; several with commas."),
            new("top", "Groups shown, 1–50; 8 where left out. The rest is summed up as one."),
            new("compare", "Adds the sums of the span of the same length before.", Previous),
            new("format", "`json` where left out.", Json, Csv),
        ],
        Answer = typeof(UsageAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(await call.Data.Organisations.Select(o => o.TimeZone).SingleAsync(call.CancellationToken));
        var compare = call.Query.OneOf("compare", Previous) is not null;
        var window = UsageWindow.From(call, zone, compare);
        var groupBy = call.Query.OneOf("groupBy", Groups) ?? UsageGroups.None;
        var top = call.Query.Whole("top", 1, TopMax) ?? TopDefault;
        var format = call.Query.OneOf("format", Json, Csv) ?? Json;
        var projectId = call.Query.Text("projectId", 64);
        var (keys, models) = (call.Query.Texts("keyId", 64), call.Query.Texts("model", 128));
        if (call.Refused() is { } refusal)
            return refusal;

        var filter = new UsageFilter(call.Caller.OrganisationId, window.FromMs, window.ToMs, window.ByMinute)
        {
            ProjectIds = projectId is null ? call.Data.ReachedProjects : call.Data.Reaches(projectId) ? [projectId] : [],
            KeyIds = keys,
            Models = models,
        };
        var usage = call.Tools.Records.Usage;
        var answer = new UsageAnswer
        {
            From = At(window.FromMs),
            To = At(window.ToMs),
            Interval = window.Interval,
            TimeZone = zone.Id,
            GroupBy = groupBy,
            Message = window.Message,
            Starts = [.. window.StartsMs.Select(At)],
            Series = await new UsageSeriesReader(call, filter, window).ReadAsync(groupBy, top),
            Totals = UsageView.Of(await usage.SlicesAsync(filter, UsageDimension.None, null, null, call.CancellationToken)),
            Previous = compare ? await PreviousAsync(call, filter) : null,
            ErrorCodes = models is not null ? null : [.. (await usage.ErrorsAsync(filter, ErrorCodesMax, call.CancellationToken)).Select(e => new UsageErrorCode { Code = e.Code, Count = e.Calls })],
        };
        return format == Csv ? new Answer(null) { File = UsageCsv.Of(answer) } : new Answer(answer);
    }

    private static async Task<UsagePeriod> PreviousAsync(OperationCall call, UsageFilter filter)
    {
        var before = filter with { FromMs = filter.FromMs - (filter.ToMs - filter.FromMs), ToMs = filter.FromMs };
        return new UsagePeriod
        {
            From = At(before.FromMs),
            To = At(before.ToMs),
            Totals = UsageView.Of(await call.Tools.Records.Usage.SlicesAsync(before, UsageDimension.None, null, null, call.CancellationToken)),
        };
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
