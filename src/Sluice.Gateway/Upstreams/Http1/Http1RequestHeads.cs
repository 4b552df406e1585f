using System.Buffers.Text;
using System.Text;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Request heads of one upstream. What is the same for every call of an endpoint is put together once, as bytes.</summary>
internal sealed class Http1RequestHeads
{
    /// <summary>Most heads kept; paths come from the endpoint table, so this is never reached in practice, and a head beyond it is made for its call alone.</summary>
    private const int KeptMax = 64;

    private sealed record Entry(string Method, string Path, bool Stream, byte[] Bytes);

    private readonly string _host;
    private readonly string _basePath;
    private readonly string? _authorization;
    private Entry[] _entries = [];

    public Http1RequestHeads(Uri baseUrl, string? apiKey)
    {
        var host = baseUrl.HostNameType == UriHostNameType.IPv6 ? baseUrl.Host : baseUrl.IdnHost;
        _host = baseUrl.IsDefaultPort ? host : $"{host}:{baseUrl.Port}";
        _basePath = baseUrl.AbsolutePath.TrimEnd('/');
        _authorization = apiKey;
    }

    public byte[] For(UpstreamCall call)
    {
        var entries = Volatile.Read(ref _entries);
        foreach (var entry in entries)
            if (entry.Stream == call.Stream && string.Equals(entry.Path, call.Path, StringComparison.Ordinal) && string.Equals(entry.Method, call.Method, StringComparison.Ordinal))
                return entry.Bytes;
        var made = new Entry(call.Method, call.Path, call.Stream, Build(call));
        // Two calls may both add theirs, or one may be lost; either is harmless.
        if (entries.Length < KeptMax) Volatile.Write(ref _entries, [.. entries, made]);
        return made.Bytes;
    }

    private byte[] Build(UpstreamCall call)
    {
        if (call.Method is not ("POST" or "GET" or "HEAD") || !HeaderText.IsValid(call.Path) || call.Path[0] != '/' || call.Path.Contains(' ', StringComparison.Ordinal))
            throw new UpstreamException(UpstreamFailure.Protocol, false, "The request was not sent: its method or path has characters that it may not have.");
        var text = new StringBuilder(512);
        text.Append(call.Method).Append(' ').Append(_basePath).Append(call.Path).Append(" HTTP/1.1\r\nHost: ").Append(_host).Append("\r\n");
        if (_authorization is not null) text.Append("Authorization: Bearer ").Append(_authorization).Append("\r\n");
        text.Append("User-Agent: Sluice\r\n");
        if (call.Method == "POST") text.Append("Content-Type: application/json\r\n");
        text.Append(call.Stream ? "Accept: text/event-stream, application/json\r\n" : "Accept: application/json\r\n");
        text.Append("Accept-Encoding: identity\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Longest that a head can become, in bytes.</summary>
    public static int LengthMax(byte[] fixedPart, UpstreamCall call)
        => fixedPart.Length + 128 + call.RequestId.Length + call.Via.Length + (call.TraceParent?.Length ?? 0);

    /// <summary>Writes the whole head, of at most <see cref="LengthMax"/> bytes. The call's values were checked by <see cref="HeaderText.Check"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(byte[] fixedPart, UpstreamCall call, Span<byte> destination)
    {
        fixedPart.CopyTo(destination);
        var at = fixedPart.Length;
        if (call.Method == "POST")
        {
            "Content-Length: "u8.CopyTo(destination[at..]);
            at += 16;
            Utf8Formatter.TryFormat(call.Body.Length, destination[at..], out var digits);
            at += digits;
            "\r\n"u8.CopyTo(destination[at..]);
            at += 2;
        }
        Append("x-request-id: "u8, call.RequestId, destination, ref at);
        Append("via: "u8, call.Via, destination, ref at);
        if (call.TraceParent is not null) Append("traceparent: "u8, call.TraceParent, destination, ref at);
        "\r\n"u8.CopyTo(destination[at..]);
        return at + 2;
    }

    private static void Append(ReadOnlySpan<byte> name, string value, Span<byte> destination, ref int at)
    {
        name.CopyTo(destination[at..]);
        at += name.Length;
        at += Encoding.ASCII.GetBytes(value, destination[at..]);
        "\r\n"u8.CopyTo(destination[at..]);
        at += 2;
    }
}
