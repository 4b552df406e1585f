using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Limits;

/// <summary>How the limits stand, in the headers that OpenAI's libraries read (developers.openai.com/docs/guides/rate-limits).</summary>
public static class LimitHeaders
{
    /// <summary>
    /// <c>Retry-After</c> of an exhausted quota. Libraries that know <c>x-should-retry</c> do not come back at all; one that does not
    /// (OpenAI's for .NET) waits as long as it is told, however long, so the day's end must not be named here. The message and
    /// <c>x-ratelimit-reset-requests-day</c> say when the quota is reset.
    /// </summary>
    public static readonly TimeSpan QuotaPause = TimeSpan.FromSeconds(2);

    public static void Write(IHeaderDictionary headers, in LimitSnapshot snapshot)
    {
        if (snapshot.CallsPerDay.Exists)
        {
            headers["x-ratelimit-limit-requests-day"] = Number(snapshot.CallsPerDay.Limit);
            headers["x-ratelimit-remaining-requests-day"] = Number(snapshot.CallsPerDay.Remaining);
            headers["x-ratelimit-reset-requests-day"] = Duration(snapshot.CallsPerDay.Reset);
        }

        // The tightest limit on requests answers to OpenAI's name.
        var requests = snapshot.RequestsPerMinute.Exists && (!snapshot.CallsPerDay.Exists || snapshot.RequestsPerMinute.Remaining <= snapshot.CallsPerDay.Remaining)
            ? snapshot.RequestsPerMinute
            : snapshot.CallsPerDay;
        if (requests.Exists)
        {
            headers["x-ratelimit-limit-requests"] = Number(requests.Limit);
            headers["x-ratelimit-remaining-requests"] = Number(requests.Remaining);
            headers["x-ratelimit-reset-requests"] = Duration(requests.Reset);
        }

        if (snapshot.TokensPerMinute.Exists)
        {
            headers["x-ratelimit-limit-tokens"] = Number(snapshot.TokensPerMinute.Limit);
            headers["x-ratelimit-remaining-tokens"] = Number(snapshot.TokensPerMinute.Remaining);
            headers["x-ratelimit-reset-tokens"] = Duration(snapshot.TokensPerMinute.Reset);
        }

        if (snapshot.Concurrency.Exists)
        {
            headers["x-ratelimit-limit-concurrency"] = Number(snapshot.Concurrency.Limit);
            headers["x-ratelimit-remaining-concurrency"] = Number(snapshot.Concurrency.Remaining);
        }
    }

    /// <summary>Go's form, as OpenAI has it: <c>120ms</c>, <c>6m0s</c>, <c>11h2m3s</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        if (span < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(span.TotalMilliseconds)}ms");
        var seconds = (long)Math.Ceiling(span.TotalSeconds);
        var (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        if (hours > 0) return string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds % 60}s");
        return minutes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m{seconds % 60}s") : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
