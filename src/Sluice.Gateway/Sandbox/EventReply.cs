using System.Runtime.CompilerServices;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// A streamed answer. Events are made when they are due and go straight out; between two of them it holds no buffer. If the reader
/// falls behind, what is due goes out together.
/// </summary>
internal sealed class EventReply : UpstreamReply
{
    private readonly SandboxWait _wait;
    private readonly EventScript _script;
    private readonly SandboxDirectives _directives;
    private readonly TimeSpan _interval;
    private readonly long _start;
    private readonly PooledBytes _event = new();
    private bool _eventPending;
    private int _eventPosition;
    private int _events;
    private int _hugeLeft;
    private bool _hugeSent;
    private bool _malformedSent;
    private bool _ended;

    /// <param name="tokensPerSecond">Events a second; 0 for as fast as they are read.</param>
    public EventReply(SandboxWait wait, EventScript script, SandboxDirectives directives, double tokensPerSecond, string requestId)
    {
        (_wait, _script, _directives) = (wait, script, directives);
        _interval = tokensPerSecond > 0 ? TimeSpan.FromSeconds(1 / tokensPerSecond) : TimeSpan.Zero;
        _start = wait.After(wait.Now, directives.FirstTokenDelay);
        Status = 200;
        ContentType = "text/event-stream; charset=utf-8";
        UpstreamRequestId = requestId;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _wait.ThrowIfAborted();
        var written = Drain(buffer.Span);
        while (written < buffer.Length && !_ended)
        {
            var due = _wait.After(_start, _interval * _events);
            if (due > _wait.Now)
            {
                if (written > 0) break;
                await _wait.UntilAsync(due);
            }

            if (Faulty(out var cut))
            {
                if (written > 0) break;
                if (cut) throw new UpstreamException(UpstreamFailure.Truncated, dispatched: true, "The sandbox broke off its answer, as asked by 'cut-after'.");
                await _wait.ForeverAsync();
            }

            NextEvent();
            written += Drain(buffer.Span[written..]);
        }

        return written;
    }

    public override ValueTask DisposeAsync()
    {
        _wait.Dispose();
        _event.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Faulty(out bool cut)
    {
        cut = _events >= _directives.CutAfter;
        return cut || _events >= _directives.SilentAfter;
    }

    private void NextEvent()
    {
        _eventPending = true;
        _eventPosition = 0;
        if (_events >= _directives.ErrorAfter)
        {
            _event.Raw("data: {\"error\":{\"message\":\"The sandbox fails here because the x-sluice-sandbox header asked for it.\",\"type\":\"server_error\",\"param\":null,\"code\":\"sandbox_error\"}}\n\n"u8);
            _ended = true;
        }
        else if (_events >= _directives.MalformedAfter && !_malformedSent)
        {
            _malformedSent = true;
            _event.Raw("data: {\"id\":\"sandbox\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"malf\n\n"u8);
        }
        else if (_events > 0 && _directives.HugeEvent > 0 && !_hugeSent)
        {
            _hugeSent = true;
            _hugeLeft = _directives.HugeEvent;
            _event.Raw("data: {\"sandbox\":\"huge-event\",\"filler\":\""u8);
        }
        else
        {
            _ended = !_script.WriteNext(_event);
        }

        _events++;
    }

    /// <summary>Moves what is left of the current event into <paramref name="buffer"/>.</summary>
    private int Drain(Span<byte> buffer)
    {
        if (!_eventPending) return 0;
        var written = 0;
        for (; ; )
        {
            var count = Math.Min(_event.Length - _eventPosition, buffer.Length - written);
            _event.Written.Slice(_eventPosition, count).CopyTo(buffer[written..]);
            _eventPosition += count;
            written += count;
            if (_eventPosition < _event.Length) return written;
            if (_hugeLeft == 0) break;
            var filler = Math.Min(_hugeLeft, buffer.Length - written);
            buffer.Slice(written, filler).Fill((byte)'x');
            _hugeLeft -= filler;
            written += filler;
            if (_hugeLeft > 0) return written;
            _event.Clear();
            _event.Raw("\"}\n\n"u8);
            _eventPosition = 0;
        }

        _event.Dispose();
        _eventPending = false;
        return written;
    }
}
