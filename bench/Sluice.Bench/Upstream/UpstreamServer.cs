using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Sluice.Bench.Linux;

namespace Sluice.Bench.Upstream;

/// <summary>A stand-in for a model provider that costs next to nothing: one thread, fixed answers, one timer for all streams.</summary>
internal sealed unsafe class UpstreamServer : IDisposable
{
    private const int TickNs = 1_000_000;
    private const int RequestBytesMax = 4_000_000;
    private const int TcpLevel = 6, NoDelay = 1;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Poller _poller = new();
    private readonly PeriodicTimerFd _timer = new();
    private readonly byte[] _input = GC.AllocateArray<byte>(65536, pinned: true);
    private readonly byte[] _chunk = GC.AllocateArray<byte>(BenchAnswers.Chunk.Length, pinned: true);
    private readonly Dictionary<int, byte[]> _answers = [];
    private readonly Dictionary<int, ChunkWheel> _wheels = [];
    private readonly Func<UpstreamConnection, bool> _sendChunk;
    private UpstreamConnection?[] _connections = new UpstreamConnection?[1024];
    private bool _ticking;

    internal UpstreamServer(int port)
    {
        BenchAnswers.Chunk.CopyTo(_chunk, 0);
        _sendChunk = SendChunk;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(4096);
        _listener.Blocking = false;
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    internal void Run()
    {
        var listenerFd = (int)_listener.Handle;
        _poller.Add(listenerFd);
        _poller.Add(_timer.Fd);
        while (true)
        {
            var count = _poller.Wait(-1);
            for (var i = 0; i < count; i++)
            {
                var fd = _poller.FdOf(i);
                if (fd == listenerFd) Accept(listenerFd);
                else if (fd == _timer.Fd) Tick(_timer.ReadExpirations());
                else if (fd < _connections.Length && _connections[fd] is { } connection)
                {
                    if (_poller.IsWritable(i)) FlushUnsent(connection);
                    if (!connection.Closed) Read(connection);
                }
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _poller.Dispose();
        _timer.Dispose();
    }

    private void Accept(int listenerFd)
    {
        int fd;
        while ((fd = LibC.Accept(listenerFd, 0, 0, LibC.NonBlocking | LibC.CloseOnExec)) >= 0)
        {
            var on = 1;
            LibC.SetSocketOption(fd, TcpLevel, NoDelay, &on, sizeof(int));
            if (fd >= _connections.Length) Array.Resize(ref _connections, Math.Max(fd + 1, _connections.Length * 2));
            _connections[fd] = new UpstreamConnection(fd);
            _poller.Add(fd);
        }
    }

    private void Read(UpstreamConnection connection)
    {
        var unanswered = connection.Unread ?? [];
        var held = unanswered.Length;
        // A request longer than half the shared buffer gets one of its own.
        var buffer = held <= _input.Length / 2 ? _input : new byte[(held * 2) + _input.Length];
        unanswered.CopyTo(buffer, 0);
        nint received;
        fixed (byte* start = buffer) received = LibC.Receive(connection.Fd, start + held, buffer.Length - held, LibC.DontWait);
        if (received <= 0)
        {
            if (received < 0 && Marshal.GetLastPInvokeError() is LibC.TryAgain or LibC.Interrupted) return;
            Close(connection);
            return;
        }

        var unread = buffer.AsSpan(0, held + (int)received);
        int used;
        while (!connection.Closed && unread.Length > 0 && (used = Answer(connection, unread)) > 0) unread = unread[used..];
        if (unread.Length > RequestBytesMax) Close(connection);
        connection.Unread = unread.IsEmpty || connection.Closed ? null : unread.ToArray();
    }

    /// <summary>Answers the request at the start of <paramref name="input"/>; 0 when it has not arrived whole.</summary>
    private int Answer(UpstreamConnection connection, ReadOnlySpan<byte> input)
    {
        var headEnd = input.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return 0;
        var head = input[..(headEnd + 2)];
        if (head.StartsWith("GET "u8))
        {
            Send(connection, BenchAnswers.Models);
            return headEnd + 4;
        }

        var length = ContentLength(head);
        if (length < 0)
        {
            Send(connection, BenchAnswers.LengthRequired);
            Close(connection);
            return headEnd + 4;
        }

        if (input.Length < headEnd + 4 + length) return 0;
        var script = BenchScript.Read(input.Slice(headEnd + 4, length));
        if (script.Stream) StartStream(connection, script);
        else Send(connection, AnswerOf(script.Value));
        return headEnd + 4 + length;
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        for (var lineEnd = head.IndexOf("\r\n"u8); lineEnd >= 0; lineEnd = head.IndexOf("\r\n"u8))
        {
            var line = head[..lineEnd];
            head = head[(lineEnd + 2)..];
            if (line.Length < 16 || line[14] != (byte)':' || !Ascii.EqualsIgnoreCase(line[..14], "content-length"u8)) continue;
            return Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out int length, out _) ? length : -1;
        }

        return -1;
    }

    private byte[] AnswerOf(int bodyBytes)
    {
        if (!_answers.TryGetValue(bodyBytes, out var answer)) _answers[bodyBytes] = answer = BenchAnswers.ChatCompletion(bodyBytes);
        return answer;
    }

    private void StartStream(UpstreamConnection connection, BenchScript script)
    {
        connection.Streaming = true;
        connection.ChunksLeft = script.Chunks;
        BenchAnswers.Stamp(_chunk, Stopwatch.GetTimestamp());
        Send(connection, (byte[])[.. BenchAnswers.StreamHead, .. _chunk]);
        if (script.Value == 0) return;
        if (!_wheels.TryGetValue(script.Value, out var wheel)) _wheels[script.Value] = wheel = new ChunkWheel(script.Value);
        wheel.Add(connection);
        if (_ticking) return;
        _ticking = true;
        _timer.Start(Stopwatch.GetTimestamp() + TickNs, TickNs);
    }

    private void Tick(long expirations)
    {
        if (expirations == 0) return;
        var open = 0;
        for (; expirations > 0; expirations--)
        {
            open = 0;
            foreach (var wheel in _wheels.Values)
            {
                wheel.Tick(_sendChunk);
                open += wheel.Count;
            }
        }

        if (open > 0) return;
        _ticking = false;
        _timer.Stop();
    }

    private bool SendChunk(UpstreamConnection connection)
    {
        // A reader that does not keep up gets its chunk on a later round; the rig sees it as a missing chunk.
        if (connection.Unsent is not null) return true;
        BenchAnswers.Stamp(_chunk, Stopwatch.GetTimestamp());
        Send(connection, _chunk);
        if (connection.ChunksLeft == 0 || --connection.ChunksLeft > 0) return !connection.Closed;
        Send(connection, BenchAnswers.StreamEnd);
        connection.Streaming = false;
        return false;
    }

    private void Send(UpstreamConnection connection, ReadOnlySpan<byte> bytes)
    {
        if (connection.Closed) return;
        if (connection.Unsent is { } before)
        {
            connection.Unsent = [.. before, .. bytes];
            return;
        }

        nint sent;
        fixed (byte* start = bytes) sent = LibC.Send(connection.Fd, start, bytes.Length, LibC.DontWait | LibC.NoSignal);
        if (sent == bytes.Length) return;
        if (sent < 0 && Marshal.GetLastPInvokeError() != LibC.TryAgain)
        {
            Close(connection);
            return;
        }

        connection.Unsent = bytes[(int)Math.Max(0, sent)..].ToArray();
        _poller.WatchOutput(connection.Fd, true);
    }

    private void FlushUnsent(UpstreamConnection connection)
    {
        if (connection.Unsent is not { } bytes) return;
        connection.Unsent = null;
        Send(connection, bytes);
        if (connection is { Unsent: null, Closed: false }) _poller.WatchOutput(connection.Fd, false);
    }

    private void Close(UpstreamConnection connection)
    {
        if (connection.Closed) return;
        connection.Closed = true;
        _connections[connection.Fd] = null;
        LibC.Close(connection.Fd);
    }
}
