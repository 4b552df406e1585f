using System.Globalization;
using System.Runtime.CompilerServices;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Streaming;

/// <summary>The one place that answers: a refusal, a JSON answer, or a stream.</summary>
public sealed class ReplyWriter(SseRelay streams, JsonRelay answers)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(Exchange exchange)
    {
        if (exchange.Gate is { } gate) await WriteStreamAsync(exchange, gate);
        else await WriteAnswerAsync(exchange);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAnswerAsync(Exchange exchange)
    {
        if (exchange.Refusal is null && exchange.Reply is not null) await answers.RelayAsync(exchange);
        if (exchange.Refusal is { } refusal && exchange.FirstByte == 0 && !exchange.Http.Response.HasStarted) Write(exchange, refusal);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteStreamAsync(Exchange exchange, StreamGate gate)
    {
        if (exchange.Refusal is null && exchange.Reply is not null)
        {
            await gate.EnterAsync();
            try
            {
                if (!exchange.Http.Response.HasStarted) SseRelay.Begin(exchange);
            }
            finally
            {
                gate.Leave();
            }

            await streams.RelayAsync(exchange, gate);
        }

        await gate.EnterAsync();
        try
        {
            exchange.Watch.KeepAlive = null;
            if (exchange.Refusal is not { } refusal || exchange.CallerLeft || exchange.ErrorSent) return;
            exchange.ErrorSent = true;
            // Once anything went out, comments included, the status is fixed and the error is an event.
            if (exchange.Http.Response.HasStarted || exchange.FirstByte != 0) SseRelay.WriteErrorEvent(exchange, exchange.Http.Response.BodyWriter, refusal);
            else Write(exchange, refusal);
        }
        finally
        {
            gate.Leave();
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
