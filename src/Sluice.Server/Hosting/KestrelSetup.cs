using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Net.Http.Headers;
using Sluice.Server.Configuration;

namespace Sluice.Server.Hosting;

/// <summary>How the HTTP server is set up.</summary>
internal static class KestrelSetup
{
    private const int HeadersBytesMax = 32 * 1024;

    public static void AddKestrel(this WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.UseKestrelCore();
        if (settings.Urls.Any(u => u.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) || builder.Configuration.GetSection("Kestrel").Exists())
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.ConfigureKestrel((context, server) =>
        {
            if (context.Configuration.GetSection("Kestrel") is { } section && section.Exists()) server.Configure(section);
            server.AddServerHeader = false;
            server.RequestHeaderEncodingSelector = StrictContentLength;
            // Each route has a limit of its own, with an answer that names it.
            server.Limits.MaxRequestBodySize = null;
            server.Limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
            server.Limits.MaxRequestBufferSize = 256 * 1024;
            server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
            server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
            server.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
            // A stream is as slow as its model; callers that do not read are cut off by the gateway's own write deadline.
            server.Limits.MinResponseDataRate = null;
        });
        // Request code runs on the socket threads: the hand-over to the pool is what a proxied call costs most. Hence the rule that nothing on that path blocks.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
    }

    private static DigitsOnly? StrictContentLength(string header) => header == HeaderNames.ContentLength ? DigitsOnly.Instance : null;

    /// <summary>
    /// The server's number parser takes <c>+4</c> for a length, which a proxy in front may read as something else. Values with anything but digits are
    /// decoded to something that it refuses.
    /// </summary>
    private sealed class DigitsOnly : Encoding
    {
        public static readonly DigitsOnly Instance = new();

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            if (bytes.Length <= chars.Length && !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return ASCII.GetChars(bytes, chars);
            chars[0] = '?';
            return 1;
        }

        public override int GetByteCount(char[] chars, int index, int count) => ASCII.GetByteCount(chars, index, count);
        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => ASCII.GetBytes(chars, charIndex, charCount, bytes, byteIndex);
        public override int GetCharCount(byte[] bytes, int index, int count) => ASCII.GetCharCount(bytes, index, count);
        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));
        public override int GetMaxByteCount(int charCount) => charCount;
        public override int GetMaxCharCount(int byteCount) => Math.Max(1, byteCount);
    }
}
