using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sluice.Bench.Linux;

namespace Sluice.Bench.Load;

/// <summary>
/// Calls at a fixed rate whether or not the answers keep up (open loop). Latency counts from the moment a call was due, so that a
/// stall shows in all the calls it held up.
/// </summary>
internal sealed unsafe class FixedRateLoad(Endpoint endpoint, string script, int callsPerSecond, IReadOnlyList<int> watchedPids) : IDisposable
{
    private const int ConnectionsMax = 1024;
    private const int AnswerBytesMax = 65536;

    private readonly byte[] _request = BenchRequest.Bytes(endpoint, script, stream: false);
    private readonly Poller _poller = new();
    private readonly PeriodicTimerFd _timer = new();
    private readonly Dictionary<int, Connection> _connections = [];
    private readonly Stack<Connection> _idle = [];
    private readonly Queue<long> _waiting = [];
    private long _measureFrom = long.MaxValue;
    private long _measureTo;
    private Percentiles _latencies = new(0);
    private long _answered;
    private long _failed;

    /// <summary>Runs the load: first unmeasured, then measured.</summary>
    internal LoadResult Run(TimeSpan settle, TimeSpan measure)
    {
        var period = 1_000_000_000L / callsPerSecond;
        var settleCalls = (long)(settle.TotalSeconds * callsPerSecond);
        var allCalls = settleCalls + (long)(measure.TotalSeconds * callsPerSecond);
        _latencies = new Percentiles((int)(allCalls - settleCalls) + 1);
        var first = Stopwatch.GetTimestamp() + 10_000_000;
        _measureFrom = first + (settleCalls * period);
        _measureTo = first + (allCalls * period);
        _poller.Add(_timer.Fd);
        _timer.Start(first, period);

        long due = 0, cpuBefore = 0, cpuAfter = 0, stopAt = long.MaxValue;
        while (Stopwatch.GetTimestamp() < stopAt && (due < allCalls || _waiting.Count > 0 || _idle.Count < _connections.Count))
        {
            var count = _poller.Wait(100);
            for (var i = 0; i < count; i++)
            {
                var fd = _poller.FdOf(i);
                if (fd != _timer.Fd)
                {
                    if (_connections.TryGetValue(fd, out var connection)) Read(connection);
                    continue;
                }

                for (var ticks = _timer.ReadExpirations(); ticks > 0 && due < allCalls; ticks--, due++)
                {
                    if (due == settleCalls) cpuBefore = ProcessCost.CpuNanoseconds(watchedPids);
                    Dispatch(first + (due * period));
                }
            }

            if (due < allCalls || cpuAfter > 0) continue;
            cpuAfter = ProcessCost.CpuNanoseconds(watchedPids);
            _timer.Stop();
            stopAt = Stopwatch.GetTimestamp() + 5_000_000_000;
        }

        var unanswered = allCalls - settleCalls - _answered - _failed;
        return new LoadResult(
            _answered,
            _failed + Math.Max(0, unanswered),
            _answered / measure.TotalSeconds,
            (cpuAfter - cpuBefore) / 1000.0 / Math.Max(1, _answered),
            _latencies.Microseconds(0.5),
            _latencies.Microseconds(0.99));
    }

    public void Dispose()
    {
        foreach (var connection in _connections.Values) connection.Socket.Dispose();
        _timer.Dispose();
        _poller.Dispose();
    }

    private void Dispatch(long due)
    {
        if (!_idle.TryPop(out var connection))
        {
            if (_connections.Count >= ConnectionsMax)
            {
                _waiting.Enqueue(due);
                return;
            }

            connection = new Connection(endpoint.Connect());
            _connections[connection.Fd] = connection;
            _poller.Add(connection.Fd);
        }

        Send(connection, due);
    }

    private void Send(Connection connection, long due)
    {
        connection.DueAt = due;
        connection.Filled = 0;
        nint sent;
        fixed (byte* start = _request) sent = LibC.Send(connection.Fd, start, _request.Length, LibC.NoSignal);
        if (sent != _request.Length) Fail(connection);
    }

    private void Read(Connection connection)
    {
        nint received;
        fixed (byte* start = connection.Answer) received = LibC.Receive(connection.Fd, start + connection.Filled, connection.Answer.Length - connection.Filled, LibC.DontWait);
        if (received < 0 && Marshal.GetLastPInvokeError() is LibC.TryAgain or LibC.Interrupted) return;
        if (received <= 0)
        {
            Fail(connection);
            return;
        }

        connection.Filled += (int)received;
        var status = HttpReply.WholeStatus(connection.Answer.AsSpan(0, connection.Filled));
        if (status == 0) return;
        if (connection.DueAt >= _measureFrom && connection.DueAt < _measureTo)
        {
            if (status == 200)
            {
                _answered++;
                _latencies.Add(Stopwatch.GetTimestamp() - connection.DueAt);
            }
            else _failed++;
        }

        connection.DueAt = 0;
        if (_waiting.TryDequeue(out var due)) Send(connection, due);
        else _idle.Push(connection);
    }

    private void Fail(Connection connection)
    {
        if (connection.DueAt >= _measureFrom && connection.DueAt < _measureTo) _failed++;
        _connections.Remove(connection.Fd);
        if (connection.DueAt == 0)
        {
            // The peer closed an idle connection; it must not be handed out again.
            var kept = _idle.Where(c => c != connection).Reverse().ToArray();
            _idle.Clear();
            foreach (var other in kept) _idle.Push(other);
        }

        _poller.Remove(connection.Fd);
        connection.Socket.Dispose();
    }

    private sealed class Connection(Socket socket)
    {
        internal Socket Socket { get; } = socket;

        internal int Fd { get; } = (int)socket.Handle;

        internal byte[] Answer { get; } = new byte[AnswerBytesMax];

        internal int Filled { get; set; }

        internal long DueAt { get; set; }
    }
}
