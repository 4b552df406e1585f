using System.Globalization;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Streaming;

/// <summary>The one place that answers: a refusal, a JSON answer, or a stream.</summary>
public sealed class ReplyWriter(SseRelay streams, JsonRelay answers)
{
    public async ValueTask WriteAsync(Exchange exchange)
    {
        if (exchange.Refusal is null && exchange.Reply is not null)
        {
            if (exchange.Gate is { } gate)
            {
                await gate.EnterAsync();
                if (!exchange.Http.Response.HasStarted) SseRelay.Begin(exchange);
                gate.Leave();
                await streams.RelayAsync(exchange, gate);
            }
            else
            {
                await answers.RelayAsync(exchange);
            }
        }

        if (exchange.Refusal is { } refusal) await RefuseAsync(exchange, refusal);
    }

    private static async ValueTask RefuseAsync(Exchange exchange, Refusal refusal)
    {
        if (exchange.CallerLeft) return;
        if (exchange.Gate is { } gate)
        {
            await gate.EnterAsync();
            try
            {
                if (!exchange.Http.Response.HasStarted && exchange.FirstByte == 0) Write(exchange, refusal);
                // Comments went out while the upstream was silent: the status is fixed, the error is an event.
                else if (!exchange.Answered) SseRelay.WriteErrorEvent(exchange, exchange.Http.Response.BodyWriter, refusal);
                exchange.Watch.KeepAlive = null;
            }
            finally
            {
                gate.Leave();
            }
        }
        else if (!exchange.Http.Response.HasStarted && exchange.FirstByte == 0)
        {
            Write(exchange, refusal);
        }
    }

    private static void Write(Exchange exchange, Refusal refusal)
    {
        var response = exchange.Http.Response;
        response.StatusCode = refusal.Error.Status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (refusal.Error.Status == 401) response.Headers.WWWAuthenticate = "Bearer";
        if (refusal.Error.Retry is { } retry) response.Headers["x-should-retry"] = retry ? "true" : "false";
        if (refusal.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
        }

        // What is left of a body that will not be read must not be taken for the next request.
        if (refusal.Error == ErrorCodes.BodyTooLarge || refusal.Error == ErrorCodes.Draining) response.Headers.Connection = "close";
        OpenAIErrors.Write(response.BodyWriter, refusal, exchange.RequestId);
    }
}
