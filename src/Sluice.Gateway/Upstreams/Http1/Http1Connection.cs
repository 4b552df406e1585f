using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sluice.Gateway.Upstreams.Connecting;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>One connection to an upstream, serving one call at a time. Holds no buffer of its own.</summary>
internal sealed class Http1Connection : IAbortable
{
    private readonly Socket _socket;
    private readonly Http1Transport _transport;
    private readonly TimeProvider _time;
    private readonly long _createdAt;
    private long _idleSince;
    private TimeSpan _idleLifetime = Http1Limits.IdleLifetime;
    private bool _reused;
    private bool _look;
    private volatile bool _aborted;
    /// <summary>Set only while a request is still going out when its answer is already being read.</summary>
    private Task? _sending;

    public Http1Connection(Socket socket, Http1Transport transport, TimeProvider time)
    {
        _socket = socket;
        _transport = transport;
        _time = time;
        _createdAt = time.GetTimestamp();
    }

    public bool IsExpired(long now)
        => _time.GetElapsedTime(_createdAt, now) >= Http1Limits.ConnectionLifetime || _time.GetElapsedTime(_idleSince, now) >= _idleLifetime;

    /// <summary>Whether the connection may serve another call. An idle connection has nothing to say: if it can be read, the upstream closed it or sent bytes nobody asked for.</summary>
    public bool IsFit(long now)
        => !IsExpired(now) && ((!_look && _time.GetElapsedTime(_idleSince, now) < Http1Limits.IdleCheckAfter) || !IsReadable());

    /// <summary>Whether a request's bytes may still be read.</summary>
    public bool IsSending => _sending is { IsCompleted: false };

    public void MarkIdle(long now) => _idleSince = now;

    private bool IsReadable()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (IsSocketFault(e))
        {
            return true;
        }
    }

    /// <summary>Cuts the call that this connection is bound to.</summary>
    public void Abort()
    {
        _aborted = true;
        _socket.Dispose();
    }

    public void Close() => _socket.Dispose();

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    /// <summary>Sends the call and reads the answer's head. Binds the call; the reply, or the failure, unbinds it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamReply> ExchangeAsync(UpstreamCall call)
    {
        byte[]? buffer = null;
        var start = 0;
        var end = 0;
        var dispatched = false;
        var silent = true;
        var sentAt = 0L;
        Exception failure;
        try
        {
            HeaderText.Check(call);
            var fixedPart = _transport.HeadFor(call);
            call.Bind(this);
            if (_aborted) throw new UpstreamException(call.AbortedFor, false, "The call was cut before it was sent.");

            dispatched = true;
            sentAt = _time.GetTimestamp();
            var sending = SendAsync(fixedPart, call);
            // An answer may come before the request has gone out, and may explain why the rest will not be taken.
            if (!sending.IsCompletedSuccessfully) _sending = sending.AsTask();

            buffer = ArrayPool<byte>.Shared.Rent(call.Stream ? 4096 : 16384);
            var parser = Http1HeadParser.Start();
            var informational = 0;
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None).ConfigureAwait(false);
                if (received == 0)
                {
                    failure = Closed();
                    break;
                }
                silent = false;
                end += received;
                if (ReadHeads(ref parser, ref informational, buffer, ref start, end))
                    return Answer(call, ref parser, ref buffer, start, end);
                if (end == buffer.Length) MakeRoom(ref buffer, ref start, ref end);
            }
        }
        catch (Exception e) when (IsSocketFault(e) || e is UpstreamException)
        {
            failure = e;
        }

        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        call.Unbind();
        await CloseAsync().ConfigureAwait(false);
        if (call.AbortedFor != UpstreamFailure.None)
            throw new UpstreamException(call.AbortedFor, dispatched, "The call was cut before the upstream answered.", failure);
        // It had been closed while it lay idle, which shows at once; later, the upstream may have worked on the call. A new connection has not this
        // fault, so one more attempt is enough.
        if (_reused && dispatched && silent && _time.GetElapsedTime(sentAt) < Http1Limits.StaleShowsWithin) return await _transport.SendOnNewConnectionAsync(call).ConfigureAwait(false);
        throw failure as UpstreamException
            ?? new UpstreamException(UpstreamFailure.Truncated, dispatched, "The connection to the upstream broke before its answer's head was complete.", failure);
    }

    /// <summary>Reads complete heads; informational ones are left behind. Returns true when that of the answer is complete, with <paramref name="start"/> after it.</summary>
    private static bool ReadHeads(ref Http1HeadParser parser, ref int informational, byte[] buffer, ref int start, int end)
    {
        while (parser.Advance(buffer.AsSpan(start, end - start)))
        {
            start += parser.Consumed;
            if (parser.Status >= 200) return true;
            if (parser.Status == 101) throw new UpstreamException(UpstreamFailure.Protocol, true, "The upstream switched protocols, which was not asked for.");
            if (++informational > Http1Limits.InformationalMax)
                throw new UpstreamException(UpstreamFailure.Protocol, true, $"The upstream sent more than {Http1Limits.InformationalMax} informational answers.");
            parser = Http1HeadParser.Start();
        }
        return false;
    }

    private static void MakeRoom(ref byte[] buffer, ref int start, ref int end)
    {
        var length = end - start;
        if (length >= Http1Limits.HeadBytesMax)
            throw new UpstreamException(UpstreamFailure.TooLarge, true, $"The head of the upstream's answer is larger than {Http1Limits.HeadBytesMax / 1024} KiB.");
        var old = buffer;
        // Where informational heads lie in front, moving is enough.
        if (start == 0) buffer = ArrayPool<byte>.Shared.Rent(Math.Min(old.Length * 2, Http1Limits.HeadBytesMax));
        old.AsSpan(start, length).CopyTo(buffer);
        if (!ReferenceEquals(old, buffer)) ArrayPool<byte>.Shared.Return(old);
        start = 0;
        end = length;
    }

    private Http1Reply Answer(UpstreamCall call, ref Http1HeadParser parser, ref byte[]? buffer, int start, int end)
    {
        if (parser.KeepAliveSeconds >= 0)
        {
            // A second less than the upstream says, since its clock began earlier.
            var theirs = TimeSpan.FromSeconds(Math.Max(0, parser.KeepAliveSeconds - 1));
            _idleLifetime = theirs < Http1Limits.IdleLifetime ? theirs : Http1Limits.IdleLifetime;
        }
        var keepAlive = parser.KeepAlive && SentWhole();
        var full = end == buffer!.Length;
        if (start == end)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
        var reply = new Http1Reply(this, call, in parser, keepAlive, full, buffer, start, end);
        buffer = null;
        return reply;
    }

    private bool SentWhole()
    {
        if (_sending is null) return true;
        if (!_sending.IsCompletedSuccessfully) return false;
        _sending = null;
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(byte[] fixedPart, UpstreamCall call)
    {
        var headMax = Http1RequestHeads.LengthMax(fixedPart, call);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)headMax + call.Body.Length, Math.Max(headMax, Http1Limits.SendBytesMax)));
        try
        {
            var filled = Http1RequestHeads.Write(fixedPart, call, buffer);
            for (var i = 0; i < Requests.SplicedBody.Count; i++)
            {
                var run = call.Body[i];
                while (!run.IsEmpty)
                {
                    if (filled == buffer.Length)
                    {
                        await SendAllAsync(buffer.AsMemory()).ConfigureAwait(false);
                        filled = 0;
                    }
                    var count = Math.Min(run.Length, buffer.Length - filled);
                    run.Span[..count].CopyTo(buffer.AsSpan(filled));
                    filled += count;
                    run = run[count..];
                }
            }
            await SendAllAsync(buffer.AsMemory(0, filled)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Takes the connection back from a reply that is done with it. The call was unbound before.</summary>
    /// <param name="reusable">The answer was read to its end and nothing came after it.</param>
    /// <param name="look">More may have arrived than the last receive had room for.</param>
    public ValueTask ReleaseAsync(bool reusable, bool look)
    {
        if (!reusable || _aborted || !SentWhole() || _idleLifetime <= TimeSpan.Zero) return CloseAsync();
        _reused = true;
        _look = look;
        _transport.Pool.Return(this);
        return default;
    }

    /// <summary>Closes the socket; returns when nothing reads the caller's body any more.</summary>
    private ValueTask CloseAsync()
    {
        Close();
        return _sending is null ? default : AwaitSendingAsync(_sending);
    }

    private static async ValueTask AwaitSendingAsync(Task sending)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static bool IsSocketFault(Exception e) => e is SocketException or ObjectDisposedException or OperationCanceledException;

    private static UpstreamException Closed()
        => new(UpstreamFailure.Truncated, true, "The upstream closed the connection before its answer's head was complete.");
}
