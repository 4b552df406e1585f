using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.SocketsHttp;

/// <summary>An answer from the general client.</summary>
internal sealed class SocketsHttpReply : UpstreamReply
{
    private readonly UpstreamCall _call;
    private readonly HttpResponseMessage _response;
    private readonly SplicedContent? _request;
    private readonly ConnectAttempt _attempt;
    private readonly Stream _body;
    private bool _disposed;

    public SocketsHttpReply(UpstreamCall call, HttpResponseMessage response, SplicedContent? request, ConnectAttempt attempt)
    {
        _call = call;
        _response = response;
        _request = request;
        _attempt = attempt;
        _body = response.Content.ReadAsStream();
        Status = (int)response.StatusCode;
        ContentType = Read(response.Content.Headers.NonValidated, "Content-Type", 256);
        ContentLength = response.Content.Headers.ContentLength;
        RetryAfter = Read(response.Headers.NonValidated, "Retry-After", 64);
        UpstreamRequestId = Read(response.Headers.NonValidated, "x-request-id", 256)
            ?? Read(response.Headers.NonValidated, "request-id", 256)
            ?? Read(response.Headers.NonValidated, "x-ds-trace-id", 256);
    }

    public override bool IsSending => _request is { IsBeingWritten: true };

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty) throw new ArgumentException("A read needs room for at least one byte.", nameof(buffer));
        try
        {
            // While a stream is silent, an empty read lets the TLS layer give back its buffers.
            if (_call.Stream) await _body.ReadAsync(Memory<byte>.Empty, _attempt.Token).ConfigureAwait(false);
            return await _body.ReadAsync(buffer, _attempt.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            throw SocketsHttpFailures.Explain(e, _call, dispatched: true);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        _call.Unbind();
        _response.Dispose();
        // Over HTTP/2 the answer can be over before the request is; the caller's memory must not be read any longer.
        if (_request is not null) await _request.WrittenAsync().ConfigureAwait(false);
        _attempt.Dispose();
    }

    private static string? Read(System.Net.Http.Headers.HttpHeadersNonValidated headers, string name, int lengthMax)
        => headers.TryGetValues(name, out var values) ? HeaderText.Read(values.ToString(), lengthMax) : null;
}
