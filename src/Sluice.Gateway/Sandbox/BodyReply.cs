using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Sandbox;

/// <summary>An answer whose whole body is ready.</summary>
internal sealed class BodyReply : UpstreamReply
{
    private readonly SandboxWait _wait;
    private readonly PooledBytes _body;
    private readonly SandboxDirectives _directives;
    /// <summary>Where the body breaks off or falls silent.</summary>
    private readonly int _end;
    /// <summary>Blank bytes before the body, which JSON allows.</summary>
    private int _padding;
    private int _position;
    private bool _started;

    public BodyReply(SandboxWait wait, PooledBytes body, SandboxDirectives directives, int status, string contentType, string requestId, string? retryAfter = null)
    {
        (_wait, _body, _directives) = (wait, body, directives);
        // An answer with an error status is itself the fault that was asked for.
        if (status != 200) _directives = SandboxDirectives.None;
        Status = status;
        ContentType = contentType;
        UpstreamRequestId = requestId;
        RetryAfter = retryAfter;
        if (_directives.MalformedAfter is not null) body.Truncate(body.Length / 2);
        _padding = _directives.HugeEvent;
        _end = _directives.CutAfter is not null || _directives.SilentAfter is not null ? body.Length / 2 : body.Length;
        ContentLength = _padding + body.Length;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _wait.ThrowIfAborted();
        if (!_started)
        {
            _started = true;
            await _wait.DelayAsync(_directives.FirstTokenDelay);
        }

        if (_padding > 0)
        {
            var blank = Math.Min(_padding, buffer.Length);
            buffer.Span[..blank].Fill((byte)' ');
            _padding -= blank;
            return blank;
        }

        var count = Math.Min(_end - _position, buffer.Length);
        if (count > 0)
        {
            _body.Written.Slice(_position, count).CopyTo(buffer.Span);
            _position += count;
            return count;
        }

        if (_directives.SilentAfter is not null) await _wait.ForeverAsync();
        if (_position < _body.Length) throw new UpstreamException(UpstreamFailure.Truncated, dispatched: true, "The sandbox broke off its answer, as asked by 'cut-after'.");
        return 0;
    }

    public override ValueTask DisposeAsync()
    {
        _wait.Dispose();
        _body.Dispose();
        return ValueTask.CompletedTask;
    }
}
