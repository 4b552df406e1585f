using System.Globalization;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Stages;

/// <summary>Takes the call from every limit that applies, all or none, and tells the caller how they stand.</summary>
public sealed class TakeLimits(InProcessLimits limits) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var key = exchange.Key!;
        var tokens = exchange.PromptTokensEstimate + exchange.Facts.MaxTokens * exchange.Facts.Choices;
        var verdict = limits.Take(key, tokens);
        exchange.Day = verdict.Day;
        exchange.Ticket = verdict.Ticket;
        LimitHeaders.Write(exchange.Http.Response.Headers, verdict.Snapshot);
        return verdict.Taken ? Pass : Refuse(RefusalOf(key, exchange.StartedAt, verdict, tokens));
    }

    public override void Leave(Exchange exchange)
    {
        if (!exchange.Ticket.IsEmpty) limits.Settle(exchange.Ticket, exchange.Usage.Total, exchange.State is CallState.Settled or CallState.Estimated);
    }

    /// <summary>What a call is told that its limits refused.</summary>
    /// <param name="at">When it began.</param>
    /// <param name="tokens">What it may use.</param>
    public static Refusal RefusalOf(ApiKey key, DateTimeOffset at, in LimitVerdict verdict, long tokens)
    {
        var size = verdict.Limit.ToString("N0", CultureInfo.InvariantCulture);
        switch (verdict.Exceeded)
        {
            case LimitKind.CallsPerDay:
                return new(ErrorCodes.InsufficientQuota, $"The key's limit of {size} calls a day is reached.{When(key, at, verdict)} Its owner can raise it, or apply for more quota.")
                { RetryAfter = LimitHeaders.QuotaPause };
            case LimitKind.TokensPerMinute when verdict.NeverFits:
                return new(ErrorCodes.RateLimitExceeded with { Retry = false },
                    string.Create(CultureInfo.InvariantCulture, $"This one call may use {tokens:N0} tokens, the key's limit is {size} tokens a minute: shorten the prompt or max_tokens, or have the limit raised."));
            case LimitKind.Concurrency:
                return new(ErrorCodes.RateLimitExceeded with { Retry = verdict.NeverFits ? false : true },
                    $"The key's limit is {size} calls at once; wait for one to end.")
                { RetryAfter = verdict.NeverFits ? null : verdict.RetryAfter };
            default:
                var unit = verdict.Exceeded == LimitKind.TokensPerMinute ? "tokens" : "requests";
                return new(ErrorCodes.RateLimitExceeded with { Retry = verdict.NeverFits ? false : true },
                    string.Create(CultureInfo.InvariantCulture, $"The key's limit is {size} {unit} a minute; come back in {Math.Ceiling(verdict.RetryAfter.TotalSeconds):0} s."))
                { RetryAfter = verdict.NeverFits ? null : verdict.RetryAfter };
        }
    }

    private static string When(ApiKey key, DateTimeOffset began, in LimitVerdict verdict)
    {
        if (verdict.NeverFits) return "";
        // To the nearest minute: the call began some microseconds before its limits were looked at.
        var at = (began + verdict.RetryAfter).AddSeconds(30).UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        // A grant that begins before midnight, or ends before then, moves the moment.
        return verdict.RetryAfter == verdict.Snapshot.CallsPerDay.Reset
            ? $" It is reset at {at} (midnight in {key.TimeZone.Id})."
            : $" The next call is possible at {at}.";
    }
}
