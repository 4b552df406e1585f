using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Requests;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Streaming;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Stages;

/// <summary>Asks the candidates, one after the other, until one has an answer. Another is asked only where nothing can have reached the one before.</summary>
public sealed class CallUpstream(DeadlineClock clock, SseRelay streams, GatewayDrain drain, GatewayOptions options, TimeProvider time) : Stage
{
    // Bodies up to this size are kept while a stream runs, so that the prompt can be counted exactly if the stream breaks off.
    public const int KeptBodyMax = 4 * 1024;

    private static readonly SearchValues<char> TraceCharacters = SearchValues.Create("0123456789abcdef-");

    private readonly string _via = "1.1 " + options.InstanceName;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        if (exchange.Facts.Stream && exchange.Endpoint.CanStream)
        {
            exchange.Gate = new StreamGate();
            streams.KeepAlive(exchange, exchange.Gate);
        }

        exchange.CallerLeaves = exchange.Http.RequestAborted.UnsafeRegister(static state =>
        {
            var exchange = (Exchange)state!;
            exchange.CallerLeft = true;
            exchange.Call?.Abort(UpstreamFailure.CallerLeft);
        }, exchange);

        Refusal? refusal = null;
        foreach (var candidate in exchange.Candidates)
        {
            exchange.Candidate = candidate;
            refusal = await AskAsync(exchange, candidate);
            if (refusal is null || exchange.Dispatched || exchange.CallerLeft || exchange.CutHere) break;
        }

        // An answer that came early finds the request still being sent: then its bytes are given back with the reply.
        if ((exchange.Body.Length > KeptBodyMax || !exchange.Facts.Stream) && exchange.Reply is not { IsSending: true }) exchange.Body.Return();
        if (refusal is not null && exchange.Candidates.Length > 1 && !exchange.Dispatched)
            refusal = refusal with { Detail = $"{refusal.Detail} All {exchange.Candidates.Length} upstreams for this model were tried." };
        return refusal;
    }

    public override void Leave(Exchange exchange)
    {
        exchange.CallerLeaves.Dispose();
        exchange.Watch.UpstreamCame();
        exchange.Watch.KeepAlive = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Refusal?> AskAsync(Exchange exchange, Candidate candidate)
    {
        var endpoint = exchange.Endpoint;
        var call = new UpstreamCall
        {
            Method = endpoint.Method,
            Path = candidate.Upstream.IsDeepSeek ? endpoint.DeepSeekPath : endpoint.UpstreamPath,
            Body = RequestSplicer.Splice(exchange.Body.Memory, exchange.Facts, candidate.ModelJson, exchange.Facts.Stream && endpoint.AsksForUsage),
            Stream = exchange.Facts.Stream,
            RequestId = exchange.RequestId,
            Via = _via,
            TraceParent = TraceParent(exchange.Http.Request.Headers),
            SandboxDirectives = candidate.Definition.Kind == UpstreamKind.Sandbox && exchange.Http.Request.Headers.TryGetValue("x-sluice-sandbox", out var directives) ? directives.ToString() : null,
        };
        exchange.Call = call;
        if (exchange.CallerLeft) call.Abort(UpstreamFailure.CallerLeft);
        if (drain.IsCutting) call.Abort(UpstreamFailure.Draining);
        if (exchange.KeyEnded is not null) call.Abort(UpstreamFailure.KeyEnded);
        exchange.Watch.AwaitUpstream(clock.After(candidate.Definition.ConnectTimeout + candidate.Definition.FirstByteTimeout), UpstreamFailure.FirstByteTimeout);
        try
        {
            exchange.Reply = await candidate.Upstream.Transport.SendAsync(call);
            exchange.Dispatched = true;
        }
        catch (UpstreamException e)
        {
            exchange.Dispatched = e.Dispatched;
            exchange.CallerLeft |= e.Failure == UpstreamFailure.CallerLeft;
            exchange.CutHere |= UpstreamErrors.IsCutHere(e.Failure);
            return UpstreamErrors.Of(e.Failure, exchange, afterFirstByte: false);
        }
        finally
        {
            exchange.Watch.UpstreamCame();
        }

        await NameUpstreamAsync(exchange, candidate);
        if (exchange.Reply.Status is < 200 or >= 300)
        {
            exchange.Watch.AwaitUpstream(clock.After(ErrorBodyTimeout), UpstreamFailure.IdleTimeout);
            return await UpstreamReplies.RefusalAsync(exchange, exchange.Reply, time);
        }

        return Unexpected(exchange, exchange.Reply);
    }

    /// <summary>Not while a keep-alive is being written, and no longer once one was: headers have gone out with it.</summary>
    private static async ValueTask NameUpstreamAsync(Exchange exchange, Candidate candidate)
    {
        var gate = exchange.Gate;
        if (gate is not null) await gate.EnterAsync();
        try
        {
            if (!exchange.Http.Response.HasStarted) exchange.Http.Response.Headers["x-sluice-upstream"] = candidate.Definition.Name;
        }
        finally
        {
            gate?.Leave();
        }
    }

    private static readonly TimeSpan ErrorBodyTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Success of the wrong kind: a page instead of an answer, or JSON where a stream was asked for.</summary>
    private static Refusal? Unexpected(Exchange exchange, UpstreamReply reply)
    {
        var type = reply.ContentType.AsSpan();
        var isStream = type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var isJson = type.IsEmpty || type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) || type.Contains("+json", StringComparison.OrdinalIgnoreCase);
        if (exchange.Facts.Stream ? isStream : isJson && !isStream)
        {
            exchange.Answered = exchange.Facts.Stream;
            return null;
        }

        var wanted = exchange.Facts.Stream ? "an event stream" : "JSON";
        return new(ErrorCodes.UpstreamProtocol, $"Upstream '{exchange.Candidate!.Definition.Name}' answered with another media type than {wanted}.");
    }

    /// <summary>Passed on only in its exact form (www.w3.org/TR/trace-context): 55 characters of hex and dashes.</summary>
    private static string? TraceParent(IHeaderDictionary headers)
    {
        if (headers.TraceParent.Count != 1) return null;
        var text = headers.TraceParent.ToString();
        return text.Length == 55 && text.AsSpan().IndexOfAnyExcept(TraceCharacters) < 0 ? text : null;
    }
}
