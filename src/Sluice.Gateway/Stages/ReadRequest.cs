using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Stages;

/// <summary>Reads the body and what of it matters.</summary>
public sealed class ReadRequest(GatewayOptions options) : Stage
{
    // More than this takes long enough to be felt by the other connections of the same I/O thread.
    private const int InlineMax = 128 * 1024;

    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var headers = exchange.Http.Request.Headers;
        if (!IsJson(headers.ContentType.ToString())) return Refuse(new(ErrorCodes.UnsupportedMediaType));
        if (headers.ContentEncoding.Count > 0 && !string.Equals(headers.ContentEncoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return Refuse(new(ErrorCodes.UnsupportedMediaType, "Compressed bodies are not accepted; leave 'Content-Encoding' out."));
        // A call that went out of this process came back into it.
        if (headers.Via.Count > 0 && headers.Via.ToString().Contains(options.InstanceName, StringComparison.Ordinal)) return Refuse(new(ErrorCodes.LoopDetected));
        return ReadAsync(exchange);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Refusal?> ReadAsync(Exchange exchange)
    {
        var (body, tooLarge) = await RequestBody.ReadAsync(exchange.Http.Request, exchange.Endpoint.BodyBytesMax);
        if (tooLarge is not null) return tooLarge;
        exchange.Body = body;
        if (body.Length > InlineMax) await Task.Yield();
        var refusal = RequestReader.Read(body.Memory.Span, exchange.Endpoint, out exchange.Facts);
        if (refusal is null) exchange.PromptTokensEstimate = PromptTokenEstimate.FromBytes(body.Memory.Span);
        return refusal;
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.AsSpan();
        var semicolon = type.IndexOf(';');
        if (semicolon >= 0) type = type[..semicolon];
        type = type.Trim();
        return type.IsEmpty
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }
}
