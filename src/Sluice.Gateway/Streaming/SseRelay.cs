using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Streaming;

/// <summary>
/// Carries a stream from upstream to caller: whole events as they come, in one write and one flush per read. On the way it learns usage and finish
/// reason, leaves out what only the gateway asked for, and turns an early end into an error event.
/// </summary>
public sealed class SseRelay(DeadlineClock clock, GatewayOptions options)
{
    private const int BufferStart = 2048;
    private const int BufferUsual = 64 * 1024;
    private static readonly byte[] KeepAliveComment = ": keep-alive\n\n"u8.ToArray();
    private static readonly byte[] DoneEvent = "data: [DONE]\n\n"u8.ToArray();

    /// <summary>Writes the head and gives the watch the means to keep the stream alive. May be called before the upstream has answered.</summary>
    public static void Begin(Exchange exchange)
    {
        var response = exchange.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["x-accel-buffering"] = "no";
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RelayAsync(Exchange exchange, StreamGate gate)
    {
        var reply = exchange.Reply!;
        var output = exchange.Http.Response.BodyWriter;
        var idle = exchange.Candidate!.Definition.IdleTimeout;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferStart);
        var filled = 0;
        var searched = 0;
        var failure = UpstreamFailure.None;
        try
        {
            while (true)
            {
                exchange.Watch.AwaitUpstream(clock.After(idle), UpstreamFailure.IdleTimeout);
                int read;
                try
                {
                    read = await reply.ReadAsync(buffer.AsMemory(filled));
                }
                catch (UpstreamException e)
                {
                    failure = e.Failure;
                    break;
                }

                exchange.Watch.UpstreamCame();
                if (read == 0) break;
                filled += read;

                await gate.EnterAsync();
                try
                {
                    var (taken, wrote, garbage) = Forward(exchange, buffer.AsSpan(0, filled), ref searched, output);
                    if (wrote && exchange.FirstByte == 0) exchange.FirstByte = clock.Now;
                    // The last bytes are sent by the pipeline, once the books are closed: who has the end of an answer may call again at once.
                    if (wrote && !exchange.Answer.Done && !await FlushAsync(exchange, output))
                    {
                        exchange.CallerLeft = true;
                        failure = UpstreamFailure.CallerLeft;
                        break;
                    }

                    if (garbage)
                    {
                        failure = UpstreamFailure.Protocol;
                        break;
                    }

                    if (exchange.Answer.Done || exchange.Answer.Error is not null) break;
                    buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                    filled -= taken;
                }
                finally
                {
                    gate.Leave();
                }

                if (filled == buffer.Length || (read > BufferStart / 2 && buffer.Length < BufferUsual))
                {
                    if (filled >= exchange.Endpoint.EventBytesMax)
                    {
                        failure = UpstreamFailure.TooLarge;
                        break;
                    }

                    buffer = Grow(buffer, filled);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        exchange.Watch.UpstreamCame();
        await EndAsync(exchange, gate, output, failure);
    }

    /// <summary>Sends what is complete; returns how many bytes are dealt with.</summary>
    private static (int Taken, bool Wrote, bool Garbage) Forward(Exchange exchange, ReadOnlySpan<byte> buffer, ref int searched, PipeWriter output)
    {
        ref var answer = ref exchange.Answer;
        var showUsage = exchange.Facts.IncludeUsage || !exchange.Endpoint.AsksForUsage;
        var at = 0;
        var runStart = 0;
        var wrote = false;
        var hasContent = false;
        if (exchange.FirstByte == 0 && buffer.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) at = runStart = 3;
        while (true)
        {
            var from = at == 0 ? searched : 0;
            var length = SseSplitter.NextEvent(buffer[at..], ref from);
            if (length == 0)
            {
                searched = from;
                break;
            }

            searched = 0;
            var sse = buffer.Slice(at, length);
            var kind = StreamEventKind.Empty;
            var dataAt = 0;
            if (SseSplitter.TryGetData(sse, out var start, out var dataLength, out var joined))
            {
                if (dataLength == 0 && joined is null)
                {
                    // By the standard an event without data is none (html.spec.whatwg.org, 9.2.6); libraries that read on would take it for broken JSON.
                    Send(buffer[runStart..at]);
                    at = runStart = at + length;
                    continue;
                }

                dataAt = at + start;
                kind = answer.Read(joined ?? sse.Slice(start, dataLength), exchange.Endpoint.HasText, ref exchange.Text);
                if (joined is not null) answer.NullUsageAt = 0;
            }

            var end = at + length;
            if (kind == StreamEventKind.Garbage)
            {
                Send(buffer[runStart..at]);
                return (end, wrote, true);
            }

            if (kind == StreamEventKind.Error)
            {
                // While nothing went out the failure can still have its proper status.
                var isFirst = !hasContent && exchange.FirstByte == 0 && !exchange.Http.Response.HasStarted;
                if (isFirst) exchange.Answered = false;
                if (isFirst || HoldsKey(exchange, sse))
                {
                    answer.ErrorHeld = true;
                    if (!isFirst) Send(buffer[runStart..at]);
                    return (end, wrote, false);
                }
            }

            if (kind == StreamEventKind.UsageOnly && !showUsage)
            {
                Send(buffer[runStart..at]);
                runStart = end;
            }
            else if (answer.NullUsageAt > 0 && !showUsage)
            {
                // Only asking for usage made the upstream write "usage":null into every chunk.
                var (cutStart, cutEnd) = NullUsage(buffer[..end], dataAt + answer.NullUsageAt);
                Send(buffer[runStart..cutStart]);
                runStart = cutEnd;
            }

            hasContent |= kind == StreamEventKind.Content;
            at = end;
            if (kind is StreamEventKind.Error or StreamEventKind.Done) break;
        }

        Send(buffer[runStart..at]);
        return (at, wrote, false);

        void Send(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty) return;
            output.Write(bytes);
            wrote = true;
        }
    }

    private static bool HoldsKey(Exchange exchange, ReadOnlySpan<byte> sse)
        => exchange.Candidate!.Definition.ApiKey is { } key && sse.IndexOf(Encoding.UTF8.GetBytes(key.Reveal())) >= 0;

    /// <summary>The range to leave out so that the member and one comma are gone.</summary>
    private static (int Start, int End) NullUsage(ReadOnlySpan<byte> buffer, int nullAt)
    {
        var start = buffer[..nullAt].LastIndexOf("\"usage\""u8);
        // A name spelled with escapes is left in: nobody writes it so, and it does no harm.
        if (start < 0 || buffer[(start + 7)..nullAt].IndexOfAnyExcept(" \t:"u8) >= 0) return (nullAt, nullAt);
        var end = nullAt + 4;
        var before = buffer[..start].TrimEnd(" \t"u8).Length;
        if (buffer[before - 1] == ',') return (before - 1, end);
        var after = buffer.Length - buffer[end..].TrimStart(" \t"u8).Length;
        return buffer[after] == ',' ? (start, after + 1) : (start, end);
    }

    /// <summary>Decides how the stream ended; the one writer tells the caller if it ended badly.</summary>
    private static async ValueTask EndAsync(Exchange exchange, StreamGate gate, PipeWriter output, UpstreamFailure failure)
    {
        ref var answer = ref exchange.Answer;
        // Whatever comes after [DONE] is of no interest, a reset included.
        if (answer.Done) return;
        if (exchange.CallerLeft || failure == UpstreamFailure.CallerLeft)
        {
            exchange.CallerLeft = true;
            // A caller who did not read was sent away, see CallWatch.
            if (exchange.KeyEnded is { } ended) exchange.Fail(ended, nameof(Stages.CallUpstream));
            return;
        }

        if (answer.Error is not null)
        {
            // Else the upstream's own error event went through as it was, and the stream ends with it.
            exchange.ErrorSent = !answer.ErrorHeld;
            exchange.Fail(new(ErrorCodes.UpstreamError, $"Upstream '{exchange.Candidate!.Definition.Name}' sent an error in place of {(exchange.Answered ? "the rest of its" : "an")} answer."), nameof(Stages.CallUpstream));
            return;
        }

        if (failure == UpstreamFailure.None && exchange.Endpoint.AsksForUsage)
        {
            if (answer.FinishReason is null)
            {
                failure = UpstreamFailure.Truncated;
            }
            else
            {
                // A complete answer from an upstream that does not send the end mark: the caller's library waits for it.
                await gate.EnterAsync();
                try
                {
                    output.Write(DoneEvent);
                }
                finally
                {
                    gate.Leave();
                }
            }
        }

        if (failure == UpstreamFailure.None) return;
        exchange.CutHere |= UpstreamErrors.IsCutHere(failure);
        exchange.Fail(UpstreamErrors.Of(failure, exchange, afterFirstByte: true), nameof(Stages.CallUpstream));
    }

    public static void WriteErrorEvent(Exchange exchange, IBufferWriter<byte> output, Refusal refusal)
    {
        output.Write("data: "u8);
        OpenAIErrors.Write(output, refusal, exchange.RequestId);
        output.Write("\n\n"u8);
    }

    /// <summary>Lets the watch write comments whenever nothing else is being written.</summary>
    public void KeepAlive(Exchange exchange, StreamGate gate)
    {
        exchange.Watch.KeepAlive = () => _ = SpeakAsync(exchange, gate);
        exchange.Watch.Spoke(clock.Now);
    }

    private async Task SpeakAsync(Exchange exchange, StreamGate gate)
    {
        if (!gate.TryEnter()) return;
        try
        {
            if (exchange.CallerLeft || exchange.Watch.KeepAlive is null) return;
            if (!exchange.Http.Response.HasStarted) Begin(exchange);
            var output = exchange.Http.Response.BodyWriter;
            output.Write(KeepAliveComment);
            if (!await FlushAsync(exchange, output)) exchange.Call?.Abort(UpstreamFailure.CallerLeft);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException or ObjectDisposedException)
        {
            // The call ended or the caller left at this moment; whoever serves the call finds out by itself.
        }
        finally
        {
            gate.Leave();
        }
    }

    /// <summary>False if the caller is gone.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync(Exchange exchange, PipeWriter output)
    {
        var flush = output.FlushAsync();
        FlushResult result;
        if (flush.IsCompletedSuccessfully)
        {
            result = flush.Result;
        }
        else
        {
            exchange.Watch.AwaitCaller(clock.After(options.WriteTimeout));
            try
            {
                result = await flush;
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                return false;
            }
            finally
            {
                exchange.Watch.CallerCame();
            }
        }

        if (result.IsCompleted || result.IsCanceled || exchange.CallerLeft) return false;
        exchange.Watch.Spoke(clock.Now);
        return true;
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
