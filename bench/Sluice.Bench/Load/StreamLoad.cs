using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sluice.Bench.Linux;
using Sluice.Bench.Upstream;

namespace Sluice.Bench.Load;

/// <summary>Opens many streams, keeps them open and measures what their chunks cost and how late they arrive.</summary>
internal sealed unsafe class StreamLoad(Endpoint endpoint, string script, int streams, IReadOnlyList<int> watchedPids) : IDisposable
{
    private const int OpeningAtOnce = 64;
    private const int CarryMax = 32;
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(60);

    private readonly byte[] _request = BenchRequest.Bytes(endpoint, script, stream: true);
    private readonly Poller _poller = new();
    private readonly byte[] _input = GC.AllocateArray<byte>(CarryMax + 65536, pinned: true);
    private readonly Dictionary<int, Stream> _streams = [];
    private Percentiles _delays = new(0);
    private bool _measuring;
    private int _opened;
    private long _chunks;
    private long _failed;

    /// <summary>Opens the streams and waits for the first chunk of each.</summary>
    internal void Open()
    {
        var started = Stopwatch.StartNew();
        while (_opened < streams)
        {
            while (_streams.Count < streams && _streams.Count - _opened < OpeningAtOnce) Start();
            Turn(100);
            if (_failed > 0) throw new InvalidOperationException($"A stream through port {endpoint.Port} was refused or ended while {streams} were being opened ({_opened} are open).");
            if (started.Elapsed > OpenTimeout) throw new TimeoutException($"Only {_opened} of {streams} streams through port {endpoint.Port} opened within {OpenTimeout.TotalSeconds:0} s.");
        }
    }

    /// <summary>Reads along for a while without measuring.</summary>
    internal void Hold(TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until) Turn(20);
    }

    internal LoadResult Measure(TimeSpan time, int chunksPerSecondExpected)
    {
        _delays = new Percentiles((int)(time.TotalSeconds * chunksPerSecondExpected * 1.5) + 1000);
        _chunks = 0;
        _measuring = true;
        var from = Stopwatch.GetTimestamp();
        var cpuBefore = ProcessCost.CpuNanoseconds(watchedPids);
        Hold(time);
        var cpu = ProcessCost.CpuNanoseconds(watchedPids) - cpuBefore;
        _measuring = false;
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        return new LoadResult(_chunks, _failed, _chunks / seconds, cpu / 1000.0 / Math.Max(1, _chunks), _delays.Microseconds(0.5), _delays.Microseconds(0.99));
    }

    public void Dispose()
    {
        foreach (var stream in _streams.Values) stream.Socket.Dispose();
        _poller.Dispose();
    }

    private void Start()
    {
        var stream = new Stream(endpoint.Connect());
        _streams[stream.Fd] = stream;
        _poller.Add(stream.Fd);
        fixed (byte* start = _request)
        {
            if (LibC.Send(stream.Fd, start, _request.Length, LibC.NoSignal) != _request.Length) _failed++;
        }
    }

    private void Turn(int timeoutMs)
    {
        var count = _poller.Wait(timeoutMs);
        for (var i = 0; i < count; i++)
        {
            if (_streams.TryGetValue(_poller.FdOf(i), out var stream)) Read(stream);
        }
    }

    private void Read(Stream stream)
    {
        // The tail of the last read stands before this one, so that a mark cut in two is still found.
        stream.Carry.AsSpan(0, stream.CarryLength).CopyTo(_input.AsSpan(CarryMax - stream.CarryLength));
        nint received;
        fixed (byte* start = _input) received = LibC.Receive(stream.Fd, start + CarryMax, _input.Length - CarryMax, LibC.DontWait);
        if (received < 0 && Marshal.GetLastPInvokeError() is LibC.TryAgain or LibC.Interrupted) return;
        if (received <= 0)
        {
            Ended(stream);
            return;
        }

        var now = Stopwatch.GetTimestamp();
        var bytes = _input.AsSpan(CarryMax - stream.CarryLength, stream.CarryLength + (int)received);
        if (!stream.Open && HttpReply.Status(bytes) is not (0 or 200))
        {
            Ended(stream);
            return;
        }

        const int digits = BenchAnswers.StampDigits;
        int at;
        while ((at = bytes.IndexOf(BenchAnswers.StampMarker)) >= 0 && at + BenchAnswers.StampMarker.Length + digits <= bytes.Length)
        {
            var stamp = bytes.Slice(at + BenchAnswers.StampMarker.Length, digits);
            bytes = bytes[(at + BenchAnswers.StampMarker.Length + digits)..];
            if (!Utf8Parser.TryParse(stamp, out long sentAt, out _)) continue;
            if (!stream.Open)
            {
                stream.Open = true;
                _opened++;
            }

            if (!_measuring) continue;
            _chunks++;
            _delays.Add(now - sentAt);
        }

        var carry = Math.Min(CarryMax, bytes.Length);
        bytes[^carry..].CopyTo(stream.Carry);
        stream.CarryLength = carry;
    }

    private void Ended(Stream stream)
    {
        _failed++;
        _poller.Remove(stream.Fd);
        _streams.Remove(stream.Fd);
        if (stream.Open) _opened--;
        stream.Socket.Dispose();
    }

    private sealed class Stream(Socket socket)
    {
        internal Socket Socket { get; } = socket;

        internal int Fd { get; } = (int)socket.Handle;

        internal byte[] Carry { get; } = new byte[CarryMax];

        internal int CarryLength { get; set; }

        internal bool Open { get; set; }
    }
}
