using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Records;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Streaming;

/// <summary>
/// Carries a JSON answer. Short ones are read whole before the head is sent, so that a broken one becomes a proper error; longer ones (pictures)
/// go through piece by piece. Usage is found in the last bytes going by.
/// </summary>
public sealed class JsonRelay(DeadlineClock clock, SseRelay writer)
{
    private const int BufferStart = 4096;
    private const int WholeMax = 64 * 1024;
    private const int TailBytes = 4096;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RelayAsync(Exchange exchange)
    {
        var reply = exchange.Reply!;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(reply.ContentLength + 1 ?? BufferStart, 512, WholeMax));
        var filled = 0;
        var blank = 0;
        var isStarted = false;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    if (filled >= WholeMax)
                    {
                        isStarted = true;
                        break;
                    }

                    var larger = ArrayPool<byte>.Shared.Rent(filled * 2);
                    buffer.AsSpan(0, filled).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await ReadAsync(exchange, buffer.AsMemory(filled));
                if (read == 0) break;
                filled += read;
                // Blank lines are DeepSeek's way to keep a waiting connection alive (api-docs.deepseek.com/quick_start/rate_limit).
                if (filled != read) continue;
                filled = DropBlank(buffer, filled);
                blank += read - filled;
            }

            if (isStarted) await RelayLongAsync(exchange, buffer, filled, reply.ContentLength - blank);
            else RelayWhole(exchange, buffer.AsSpan(0, filled));
        }
        catch (UpstreamException e)
        {
            exchange.CallerLeft |= e.Failure == UpstreamFailure.CallerLeft;
            exchange.CutHere |= UpstreamErrors.IsCutHere(e.Failure);
            exchange.Fail(UpstreamErrors.Of(e.Failure, exchange, afterFirstByte: exchange.FirstByte != 0), nameof(Stages.CallUpstream));
            // The head is out: all that is left is not to let half an answer look whole.
            if (exchange.FirstByte != 0) exchange.Http.Abort();
        }
        finally
        {
            exchange.Watch.UpstreamCame();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void RelayWhole(Exchange exchange, ReadOnlySpan<byte> body)
    {
        if (Problem(exchange, body) is { } problem)
        {
            exchange.Fail(problem, nameof(Stages.CallUpstream));
            return;
        }

        exchange.Answered = true;
        Learn(exchange, body);
        if (exchange.Usage.Source == TokenSource.None) ReadText(exchange, body);
        Begin(exchange, body.Length);
        // Sent by the pipeline, once the books are closed: who has the answer may call again at once.
        exchange.Http.Response.BodyWriter.Write(body);
        exchange.FirstByte = clock.Now;
    }

    /// <param name="length">As announced, without the blank lines that were left out.</param>
    private async ValueTask RelayLongAsync(Exchange exchange, byte[] buffer, int filled, long? length)
    {
        if (FirstProblem(exchange, buffer.AsSpan(0, filled)) is { } problem)
        {
            exchange.Fail(problem, nameof(Stages.CallUpstream));
            return;
        }

        exchange.Answered = true;
        Begin(exchange, length);
        var output = exchange.Http.Response.BodyWriter;
        var tail = ArrayPool<byte>.Shared.Rent(TailBytes);
        try
        {
            var tailLength = 0;
            var sent = 0L;
            while (filled > 0)
            {
                tailLength = Keep(tail, tailLength, buffer.AsSpan(0, filled));
                // Whether usage is reported shows only at the end, and counting so much text exactly would be felt by other calls.
                if (exchange.Endpoint.HasText) exchange.Text.AddTokens(PromptTokenEstimate.FromText(buffer.AsSpan(0, filled)));
                output.Write(buffer.AsSpan(0, filled));
                if (exchange.FirstByte == 0) exchange.FirstByte = clock.Now;
                sent += filled;
                // The last bytes are sent by the pipeline, once the books are closed: who has the whole answer may call again at once.
                if (sent != length && !await writer.FlushAsync(exchange, output))
                {
                    exchange.CallerLeft = true;
                    return;
                }

                filled = await ReadAsync(exchange, buffer);
            }

            Learn(exchange, tail.AsSpan(0, tailLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(tail);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Exchange exchange, Memory<byte> buffer)
    {
        exchange.Watch.AwaitUpstream(clock.After(exchange.Candidate!.Definition.IdleTimeout), UpstreamFailure.IdleTimeout);
        var read = await exchange.Reply!.ReadAsync(buffer);
        exchange.Watch.UpstreamCame();
        return read;
    }

    private static void Begin(Exchange exchange, long? length)
    {
        var response = exchange.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = length;
        response.Headers.CacheControl = "no-store";
    }

    private static int DropBlank(byte[] buffer, int filled)
    {
        var blank = buffer.AsSpan(0, filled).IndexOfAnyExcept(" \t\r\n"u8);
        if (blank < 0) return 0;
        buffer.AsSpan(blank, filled - blank).CopyTo(buffer);
        return filled - blank;
    }

    private static int Keep(byte[] tail, int length, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= TailBytes)
        {
            bytes[^TailBytes..].CopyTo(tail);
            return TailBytes;
        }

        var drop = Math.Max(0, length + bytes.Length - TailBytes);
        tail.AsSpan(drop, length - drop).CopyTo(tail);
        bytes.CopyTo(tail.AsSpan(length - drop));
        return length - drop + bytes.Length;
    }

    private static Refusal? Problem(Exchange exchange, ReadOnlySpan<byte> body)
    {
        body = body.TrimEnd(" \t\r\n"u8);
        if (body.IsEmpty || body[^1] != '}')
            return UpstreamErrors.Of(body.IsEmpty ? UpstreamFailure.Truncated : UpstreamFailure.Protocol, exchange, afterFirstByte: false);
        return FirstProblem(exchange, body);
    }

    private static Refusal? FirstProblem(Exchange exchange, ReadOnlySpan<byte> body)
    {
        if (body[0] != '{') return UpstreamErrors.Of(UpstreamFailure.Protocol, exchange, afterFirstByte: false);
        // Success that holds an error in place of an answer. Quotes within strings are escaped, so this is a member's name.
        if (body.IndexOf("\"error\""u8) >= 0 && body.IndexOf("\"choices\""u8) < 0 && body.IndexOf("\"data\""u8) < 0)
            return UpstreamReplies.FromErrorBody(exchange, status: 502, body);
        return null;
    }

    /// <summary>Usage and finish reason, without reading what lies before them.</summary>
    private static void Learn(Exchange exchange, ReadOnlySpan<byte> body)
    {
        ref var answer = ref exchange.Answer;
        for (var at = body.LastIndexOf("\"usage\""u8); at >= 0; at = body[..at].LastIndexOf("\"usage\""u8))
        {
            var value = body[(at + 7)..].TrimStart(" \t\r\n"u8);
            if (value.IsEmpty || value[0] != ':') continue;
            value = value[1..].TrimStart(" \t\r\n"u8);
            if (value.IsEmpty || value[0] != '{') continue;
            try
            {
                var reader = new Utf8JsonReader(value, isFinalBlock: false, default);
                reader.Read();
                if (TokenUsage.TryRead(ref reader, out var usage)) answer.Usage = usage;
                else answer.UsageInsane = true;
                break;
            }
            catch (JsonException)
            {
                answer.UsageInsane = true;
                break;
            }
        }

        exchange.Usage = answer.Usage;
        var finish = body.IndexOf("\"finish_reason\""u8);
        if (finish < 0) return;
        var reason = body[(finish + 15)..].TrimStart(" \t\r\n:"u8);
        if (reason.IsEmpty || reason[0] != '"') return;
        reason = reason[1..];
        var end = reason.IndexOf((byte)'"');
        if (end >= 0) answer.FinishReason = FinishReasons.Intern(reason[..end]);
    }

    /// <summary>Only where no usage was reported: reads the answer's text so that it can be counted.</summary>
    private static void ReadText(Exchange exchange, ReadOnlySpan<byte> body)
    {
        if (!exchange.Endpoint.HasText) return;
        var ignored = default(StreamFacts);
        ignored.Read(body, count: true, ref exchange.Text);
    }
}
