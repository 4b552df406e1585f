using System.Text.Json;
using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Upstreams;

/// <summary>What came of asking an upstream something beside the calls of callers.</summary>
/// <param name="Refusal">Why it did not work, in the words that a caller would be told, or <see langword="null"/>.</param>
/// <param name="Body">The answer, where there was one of success.</param>
public sealed record ProbeAnswer(Refusal? Refusal, TimeSpan Took, ReadOnlyMemory<byte> Body);

/// <summary>Asks an upstream by the same transport, headers and credential as calls do, once and within a bound of bytes and the caller's time.</summary>
public sealed class UpstreamProbe(UpstreamFactory factory, GatewayOptions options, TimeProvider time)
{
    private const int BytesMax = 1 << 20;

    /// <summary>Which models it says it has: the cheapest question that needs its credential.</summary>
    public Task<ProbeAnswer> ModelsAsync(UpstreamDefinition upstream, string requestId, CancellationToken cancellationToken) => AskAsync(upstream, "GET", "/models", default, requestId, cancellationToken);

    /// <summary>One token of an answer.</summary>
    public Task<ProbeAnswer> CompletionAsync(UpstreamDefinition upstream, string model, string requestId, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(model);
        return AskAsync(upstream, "POST", "/chat/completions",
            new SplicedBody("{\"model\":"u8.ToArray(), body, ",\"messages\":[{\"role\":\"user\",\"content\":\"ping\"}],\"max_tokens\":1}"u8.ToArray()), requestId, cancellationToken);
    }

    private async Task<ProbeAnswer> AskAsync(UpstreamDefinition upstream, string method, string path, SplicedBody body, string requestId, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var call = new UpstreamCall { Method = method, Path = path, Body = body, RequestId = requestId, Via = "1.1 " + options.InstanceName };
        var transport = factory.Create(upstream);
        await using var _ = transport.ConfigureAwait(false);
        // In the manner of the pipeline's clock: whatever the transport waits for is cut.
        using var late = cancellationToken.UnsafeRegister(static call => ((UpstreamCall)call!).Abort(UpstreamFailure.FirstByteTimeout), call);
        try
        {
            var reply = await transport.SendAsync(call).ConfigureAwait(false);
            await using var __ = reply.ConfigureAwait(false);
            var read = await ReadAsync(reply).ConfigureAwait(false);
            return new ProbeAnswer(reply.Status is >= 200 and < 300 ? null : UpstreamReplies.FromErrorBody(upstream, reply.Status, read.Span), time.GetElapsedTime(began), read);
        }
        catch (UpstreamException e)
        {
            return new ProbeAnswer(UpstreamErrors.Of(e.Failure, upstream), time.GetElapsedTime(began), default);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(UpstreamReply reply)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            var read = await reply.ReadAsync(buffer.AsMemory(length)).ConfigureAwait(false);
            if (read == 0) return buffer.AsMemory(0, length);
            length += read;
            if (length < buffer.Length) continue;
            if (length >= BytesMax) throw new UpstreamException(UpstreamFailure.TooLarge, true, "The answer is larger than allowed.");
            Array.Resize(ref buffer, length * 2);
        }
    }
}
