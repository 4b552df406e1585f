using System.Net;
using System.Net.Http.Headers;
using Sluice.Gateway.Requests;

namespace Sluice.Gateway.Upstreams.SocketsHttp;

/// <summary>A spliced body as the content of a request. Remembers whether it is still being read, because its memory is borrowed.</summary>
internal sealed class SplicedContent : HttpContent
{
    private readonly SplicedBody _body;
    private Task _writing = Task.CompletedTask;

    public SplicedContent(SplicedBody body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Whether the request has begun to go out.</summary>
    public bool Started { get; private set; }

    public bool IsBeingWritten => !_writing.IsCompleted;

    /// <summary>Ends when nothing reads the body any more; never fails.</summary>
    public async ValueTask WrittenAsync() => await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        return _writing = WriteAsync(stream, cancellationToken);
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        for (var i = 0; i < SplicedBody.Count; i++)
            if (!_body[i].IsEmpty) await stream.WriteAsync(_body[i], cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
