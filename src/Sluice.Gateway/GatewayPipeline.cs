using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Records;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Streaming;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway;

/// <summary>Takes an exchange down the list of stages, has it answered, and brings it back up.</summary>
public sealed class GatewayPipeline(
    GatewayStages stages,
    ReplyWriter writer,
    Questions questions,
    GatewayDrain drain,
    DeadlineClock clock,
    RequestIds ids,
    GatewayOptions options,
    TimeProvider time,
    ILogger<GatewayPipeline> log)
{
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromSeconds(1);

    public async Task RunAsync(HttpContext http, ModelEndpoint endpoint)
    {
        var list = endpoint.IsQuestion ? stages.Question : stages.ModelCall;
        var now = time.GetUtcNow();
        var exchange = new Exchange(http, endpoint, ids.Next(), now, time.GetTimestamp());
        exchange.StageTimesUs = new int[list.Length];
        var turnedAway = drain.Enter();
        clock.Add(exchange.Watch);
        try
        {
            try
            {
                await DownAsync(list, exchange, turnedAway);
                if (endpoint.IsQuestion && exchange.Refusal is null) questions.Answer(exchange);
                else await writer.WriteAsync(exchange);
            }
            catch (Exception e)
            {
                await FailAsync(exchange, e);
            }

            // Up again. RecordRequest is always entered, so a record is always left.
            for (var i = exchange.StagesEntered; i > 0; i--) Leave(list[i - 1], exchange);
            await FinishAsync(exchange);
        }
        finally
        {
            clock.Remove(exchange.Watch);
            exchange.Watch.CallerCame();
            exchange.Body.Return();
            drain.Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DownAsync(Stage[] list, Exchange exchange, Refusal? turnedAway)
    {
        var began = exchange.Started;
        foreach (var stage in list)
        {
            var index = exchange.StagesEntered++;
            var refusal = await stage.EnterAsync(exchange) ?? (index == 0 ? turnedAway : null);
            var ended = time.GetTimestamp();
            exchange.StageTimesUs[index] = (int)time.GetElapsedTime(began, ended).TotalMicroseconds;
            began = ended;
            if (refusal is null) continue;
            exchange.Fail(refusal, stage.Name);
            return;
        }
    }

    /// <summary>A stage that fails on the way back must not keep the others from giving back what they took.</summary>
    private void Leave(Stage stage, Exchange exchange)
    {
        try
        {
            stage.Leave(exchange);
        }
        catch (Exception e)
        {
            log.LogError(e, "Stage {Stage} failed when request {RequestId} left it.", stage.Name, exchange.RequestId);
        }
    }

    private async ValueTask FailAsync(Exchange exchange, Exception e)
    {
        switch (e)
        {
            case BadHttpRequestException bad:
                exchange.Fail(new(bad.StatusCode == 413 ? ErrorCodes.BodyTooLarge : ErrorCodes.InvalidJson, "The body could not be read to its end."), nameof(ReadRequest));
                break;
            // The server's own two exceptions come before its token says so.
            case ConnectionResetException or ConnectionAbortedException:
            case OperationCanceledException or IOException when exchange.CallerLeft || exchange.Http.RequestAborted.IsCancellationRequested:
                exchange.CallerLeft = true;
                await SilenceAsync(exchange);
                // Else the server tries to read the rest of the body, and logs that it cannot.
                exchange.Http.Abort();
                return;
            default:
                log.LogError(e, "Request {RequestId} to {Endpoint} failed inside the gateway.", exchange.RequestId, exchange.Endpoint.Name);
                exchange.Fail(new(ErrorCodes.InternalError), "Gateway");
                break;
        }

        try
        {
            if (exchange.FirstByte == 0 || exchange.Gate is not null) await writer.WriteAsync(exchange);
            else exchange.Http.Abort();
        }
        catch (Exception again) when (again is InvalidOperationException or IOException or OperationCanceledException)
        {
            exchange.Http.Abort();
        }
    }

    /// <summary>Nothing writes to the caller when this has returned.</summary>
    private static async ValueTask SilenceAsync(Exchange exchange)
    {
        if (exchange.Gate is not { } gate) return;
        await gate.EnterAsync();
        exchange.Watch.KeepAlive = null;
        gate.Leave();
    }

    /// <summary>Sends the end of the answer, then reads what is left of the upstream's, so that its connection can be used again.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(Exchange exchange)
    {
        try
        {
            if (!exchange.CallerLeft)
            {
                var response = exchange.Http.Response;
                if (response.HasStarted && response.ContentLength is not null)
                {
                    // Completing an answer of announced length that has started does not send what was written since its last flush.
                    exchange.Watch.AwaitCaller(clock.After(options.WriteTimeout));
                    await response.BodyWriter.FlushAsync();
                    exchange.Watch.CallerCame();
                }

                var complete = response.CompleteAsync();
                if (!complete.IsCompleted)
                {
                    exchange.Watch.AwaitCaller(clock.After(options.WriteTimeout));
                    await complete;
                    exchange.Watch.CallerCame();
                }
            }

            if (exchange.Reply is { } reply && exchange.Answer.Done)
            {
                exchange.Watch.AwaitUpstream(clock.After(AfterAnswer), UpstreamFailure.IdleTimeout);
                var scrap = new byte[64];
                for (var i = 0; i < 16 && await reply.ReadAsync(scrap) > 0; i++)
                {
                }
            }
        }
        catch (Exception e) when (e is UpstreamException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The books are closed; only a connection is lost.
        }
        finally
        {
            exchange.Watch.UpstreamCame();
            if (exchange.Reply is not null) await exchange.Reply.DisposeAsync();
        }
    }
}
