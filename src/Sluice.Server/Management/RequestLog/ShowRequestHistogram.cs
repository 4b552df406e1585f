using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage.Records.Usage;

namespace Sluice.Server.Management.RequestLog;

internal static class ShowRequestHistogram
{
    private const int BucketsDefault = 60;
    private const int BucketsMax = 500;
    private const long MinuteMs = UsageBatch.MinuteMs;
    private const long HourMs = UsageBatch.HourMs;
    private const long DayMs = 24 * HourMs;
    // Each of these is cut evenly by the next but one or a day, so that buckets begin at round times.
    private static readonly long[] Steps =
    [
        MinuteMs, 2 * MinuteMs, 5 * MinuteMs, 10 * MinuteMs, 15 * MinuteMs, 30 * MinuteMs, HourMs, 2 * HourMs, 3 * HourMs, 6 * HourMs, 12 * HourMs, DayMs, 2 * DayMs, 7 * DayMs, 14 * DayMs, 28 * DayMs, 91 * DayMs,
    ];

    public static readonly Operation Operation = new()
    {
        Name = "showRequestHistogram",
        Method = "GET",
        Path = "/requests/histogram",
        Permission = Permissions.LogsRead,
        Summary = "Show how many calls there were over time, by how they were answered",
        Description = "From the roll-ups: whole minutes for the last 3 days, whole hours before. It takes those filters of the list that roll-ups know (`projectId`, `keyId`, `model`, `statusClass`) and refuses the others. "
            + "A model is the one used, or asked for where none was used. Buckets begin at round times in UTC; the first and the last reach beyond the span that was asked for.",
        Query =
        [
            new("from", "Calls begun at this RFC 3339 instant or later; 24 hours before `to` where left out."),
            new("to", "Calls begun before this RFC 3339 instant; now where left out."),
            new("projectId", "Calls with keys of this project only."),
            new("keyId", "Calls with this key only; several with commas."),
            new("model", "Calls of this model only; several with commas."),
            new("statusClass", "Calls answered with a status of this class only: `2xx` (all below 400), `4xx`, `5xx`; several with commas."),
            new("buckets", "How many buckets at most, 1–500; 60 where left out."),
        ],
        Answer = typeof(RequestHistogramAnswer),
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var projectId = call.Query.Text("projectId", 64);
        var (keys, models) = (call.Query.Texts("keyId", 64), call.Query.Texts("model", 128));
        var classes = RequestFilter.StatusClasses(call);
        var toMs = Math.Min(call.Query.Instant("to")?.ToUnixTimeMilliseconds() ?? call.NowMs + 1, call.NowMs + MinuteMs);
        var fromMs = call.Query.Instant("from")?.ToUnixTimeMilliseconds() ?? toMs - DayMs;
        var buckets = call.Query.Whole("buckets", 1, BucketsMax) ?? BucketsDefault;
        foreach (var other in new[] { "status", "endpoint", "errorCode", "q" })
        {
            if (call.Query.Text(other, 200) is not null)
                call.Query.Refuse(other, $"Calls are not counted by '{other}'. The histogram takes projectId, keyId, model and statusClass; leave '{other}' out, or list the calls.");
        }

        if (fromMs >= toMs)
            call.Query.Refuse("from", "'from' must be before 'to' and not in the future.");
        if (call.Refused() is { } refusal)
            return refusal;

        var reach = new LogReach(call, projectId);
        var askedFromMs = fromMs;
        fromMs = Math.Min(Math.Max(fromMs, reach.EarliestMs ?? 0), toMs - 1);
        var step = Step(fromMs, toMs, buckets, call.NowMs);
        var begin = fromMs / step * step;
        var filter = new UsageFilter(call.Caller.OrganisationId, begin, ((toMs - 1) / step * step) + step, step < HourMs)
        {
            ProjectIds = projectId is null ? null : [projectId],
            KeyIds = keys,
            Models = models,
            Windows = reach.Windows,
        };
        var counts = new (long Ok, long ClientErrors, long ServerErrors)[(filter.ToMs - begin) / step];
        foreach (var slice in await call.Tools.Records.Usage.SlicesAsync(filter, UsageDimension.None, step, null, call.CancellationToken))
        {
            ref var count = ref counts[(slice.BucketMs - begin) / step];
            count.Ok += classes?.Any(static c => c is 2 or 3) == false ? 0 : slice.Sums[UsageSum.Ok];
            count.ClientErrors += classes?.Contains(4) == false ? 0 : slice.Sums[UsageSum.ClientErrors] + slice.Sums[UsageSum.RateLimited];
            count.ServerErrors += classes?.Contains(5) == false ? 0 : slice.Sums[UsageSum.ServerErrors];
        }

        return new Answer(new RequestHistogramAnswer
        {
            From = DateTimeOffset.FromUnixTimeMilliseconds(begin),
            To = DateTimeOffset.FromUnixTimeMilliseconds(filter.ToMs),
            StepSeconds = step / 1000,
            Buckets =
            [
                .. counts.Select((c, i) => new RequestHistogramBucket
                {
                    Start = DateTimeOffset.FromUnixTimeMilliseconds(begin + (i * step)), Ok = c.Ok, ClientErrors = c.ClientErrors, ServerErrors = c.ServerErrors,
                }),
            ],
            Window = reach.Answer(askedFromMs),
        });
    }

    /// <summary>The narrowest step that makes few enough buckets, and that the sums which are kept can tell apart.</summary>
    internal static long Step(long fromMs, long toMs, int buckets, long nowMs)
    {
        var least = fromMs < nowMs - (UsageTables.MinuteDays * DayMs) + HourMs ? HourMs : MinuteMs;
        var step = Steps.Where(s => s >= least).FirstOrDefault(s => ((toMs - 1) / s) - (fromMs / s) + 1 <= buckets);
        // Centuries, or one bucket for a span that lies across its edge.
        return step > 0 ? step : ((toMs / DayMs) + 2) * DayMs;
    }
}
