using System.Buffers;
using System.Globalization;
using Microsoft.Net.Http.Headers;
using Sluice.Contracts.Errors;
using Sluice.Server.Management.Intake;

namespace Sluice.Server.Management.Http;

/// <summary>Takes in a request body: JSON by its own word, whole, and of bounded size.</summary>
internal static class JsonBody
{
    /// <summary>Largest body of a management call that brings no file.</summary>
    public const int BytesMax = 1024 * 1024;

    /// <summary>The body's bytes; empty where there are none.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, Refusal? Refusal)> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancellationToken)
    {
        if (request.ContentLength > bytesMax)
            return (default, TooLarge(bytesMax));
        var bytes = new ArrayBufferWriter<byte>((int)(request.ContentLength ?? 0) + 1);
        while (true)
        {
            var room = bytes.GetMemory(Math.Min(16 * 1024, Math.Max(1, bytes.FreeCapacity)));
            var read = await request.Body.ReadAsync(room, cancellationToken);
            if (read == 0)
                break;
            bytes.Advance(read);
            if (bytes.WrittenCount > bytesMax)
                return (default, TooLarge(bytesMax));
        }

        return bytes.WrittenCount > 0 && NotJson(request) is { } refusal ? (default, refusal) : (bytes.WrittenMemory, null);
    }

    private static Refusal? NotJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return new Refusal(ErrorCodes.UnsupportedMediaType, "Compressed bodies are not read here.");
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? null
            : new Refusal(ErrorCodes.UnsupportedMediaType);
    }

    private static Refusal TooLarge(int bytesMax) =>
        new(ErrorCodes.BodyTooLarge, string.Create(CultureInfo.InvariantCulture, $"At most {bytesMax} bytes are read here."));
}
