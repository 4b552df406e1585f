using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// An answer over a connection of ours. A new object for each call, although the connection outlives it: whoever disposes it twice,
/// or reads it too late, can then never touch the next call on that connection.
/// </summary>
internal sealed class Http1Reply : UpstreamReply
{
    private readonly UpstreamCall _call;
    private Http1Connection? _connection;
    private Http1BodyDecoder _body;
    private byte[]? _early;
    private int _earlyStart;
    private readonly int _earlyEnd;
    private bool _reusable;
    private bool _full;

    /// <summary>Bytes of the body that came with the head lie in <paramref name="early"/>, a pooled buffer that the reply now owns; <paramref name="full"/> tells that it was filled to the brim.</summary>
    public Http1Reply(Http1Connection connection, UpstreamCall call, in Http1HeadParser head, bool reusable, bool full, byte[]? early, int earlyStart, int earlyEnd)
    {
        _connection = connection;
        _call = call;
        _body = head.Body(call.Method == "HEAD");
        _reusable = reusable;
        _full = full;
        (_early, _earlyStart, _earlyEnd) = (early, earlyStart, earlyEnd);
        Status = head.Status;
        ContentType = head.ContentType;
        ContentLength = head.ContentLength >= 0 ? head.ContentLength : null;
        RetryAfter = head.RetryAfter;
        UpstreamRequestId = head.RequestId;
        if (_body.Ended) DropEarly();
    }

    public override bool IsSending => _connection is { IsSending: true };

    public override ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_connection is null, this);
        if (buffer.IsEmpty) throw new ArgumentException("A read needs room for at least one byte.", nameof(buffer));
        if (_early is not null)
        {
            var count = DecodeEarly(buffer.Span);
            if (count > 0) return new ValueTask<int>(count);
        }
        return _body.Ended ? new ValueTask<int>(0) : ReceiveAsync(buffer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var reusable = _reusable;
        // Until this read has ended well the connection is not fit for another call.
        _reusable = false;
        while (true)
        {
            int received;
            try
            {
                received = await _connection!.ReceiveAsync(buffer).ConfigureAwait(false);
            }
            catch (Exception e) when (Http1Connection.IsSocketFault(e))
            {
                throw Cut(e);
            }
            if (received == 0)
            {
                if (_call.AbortedFor != UpstreamFailure.None) throw Cut(null);
                _body.EndOfStream();
                return 0;
            }
            _full = received == buffer.Length;
            var bytes = buffer.Span[..received];
            var count = _body.Decode(bytes, bytes, out var consumed);
            if (count == 0 && !_body.Ended) continue;
            // Bytes after the end belong to no answer.
            _reusable = reusable && consumed == received;
            return count;
        }
    }

    private int DecodeEarly(Span<byte> destination)
    {
        var reusable = _reusable;
        _reusable = false;
        var count = _body.Decode(_early.AsSpan(_earlyStart, _earlyEnd - _earlyStart), destination, out var consumed);
        _earlyStart += consumed;
        _reusable = reusable;
        if (_body.Ended || _earlyStart == _earlyEnd) DropEarly();
        return count;
    }

    private void DropEarly()
    {
        if (_early is null) return;
        if (_earlyStart != _earlyEnd) _reusable = false;
        ArrayPool<byte>.Shared.Return(_early);
        _early = null;
    }

    private UpstreamException Cut(Exception? inner)
        => _call.AbortedFor != UpstreamFailure.None
            ? new UpstreamException(_call.AbortedFor, true, "The call was cut in the middle of the upstream's answer.", inner)
            : new UpstreamException(UpstreamFailure.Truncated, true, "The connection to the upstream broke in the middle of its answer.", inner);

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } connection) return default;
        if (_early is not null) SkipEarly();
        _call.Unbind();
        return connection.ReleaseAsync(_reusable && _body.Ended, _full);
    }

    /// <summary>An answer that nobody reads, such as a refusal that is tried elsewhere, need not cost its connection if all of it is here already.</summary>
    private void SkipEarly()
    {
        try
        {
            // Decoding a body over itself always has room, so one pass is enough.
            DecodeEarly(_early.AsSpan(_earlyStart));
        }
        catch (UpstreamException)
        {
            // Broken framing: the connection is closed.
        }
        if (_early is not null) DropEarly();
    }
}
