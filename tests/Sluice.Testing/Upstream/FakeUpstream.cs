using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Testing;

/// <summary>
/// An upstream on a real socket that speaks the real protocol, or breaks it exactly as told. What to answer is decided, per
/// request, by <see cref="Choose"/> if set, else by the queue of <see cref="Enqueue"/>, else by <see cref="Default"/>.
/// </summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<FakeReply> _queue = new();
    private readonly ConcurrentDictionary<int, FakeConnection> _open = new();
    private readonly List<FakeRequest> _requests = [];
    private readonly List<Exception> _malformed = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _accepting;
    private int _connections;
    private int _underWay;
    private int _taken;

    private FakeUpstream(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <param name="port">0 for any free one.</param>
    public static FakeUpstream Start(int port = 0) => new(port);

    public int Port { get; }

    /// <summary>What <c>Sluice:Upstreams:N:BaseUrl</c> is set to: ends in <c>/v1</c>.</summary>
    public string BaseUrl => $"http://127.0.0.1:{Port}/v1";

    /// <summary>The answer when nothing else was asked for: a short chat completion, as JSON or as a stream, whichever the request asks for.</summary>
    public FakeReply Default { get; set; } = FakeReply.Auto();

    public Func<FakeRequest, FakeReply>? Choose { get; set; }

    public void Enqueue(params ReadOnlySpan<FakeReply> replies)
    {
        foreach (var reply in replies) _queue.Enqueue(reply);
    }

    /// <summary>Every request read so far, in the order they were read.</summary>
    public IReadOnlyList<FakeRequest> Requests
    {
        get { lock (_requests) return [.. _requests]; }
    }

    public int RequestCount
    {
        get { lock (_requests) return _requests.Count; }
    }

    /// <summary>What came in and was not HTTP.</summary>
    public IReadOnlyList<Exception> Malformed
    {
        get { lock (_malformed) return [.. _malformed]; }
    }

    /// <summary>Connections ever accepted.</summary>
    public int ConnectionCount => Volatile.Read(ref _connections);

    public int OpenConnections => _open.Count;

    /// <summary>Requests being answered right now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The next request that no earlier call of this method returned.</summary>
    public async Task<FakeRequest> NextRequestAsync(TimeSpan? within = null)
    {
        if (!await _arrived.WaitAsync(within ?? TimeSpan.FromSeconds(30)))
            throw new TimeoutException("No request reached the fake upstream.");
        lock (_requests) return _requests[_taken++];
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            var connection = new FakeConnection(socket, Interlocked.Increment(ref _connections));
            _open[connection.Number] = connection;
            _ = Task.Run(() => ServeAsync(connection));
        }
    }

    private async Task ServeAsync(FakeConnection connection)
    {
        _ = connection.ReceiveAsync();
        try
        {
            while (!connection.CloseAfterReply && await connection.ReadRequestAsync(_stop.Token) is { } request)
            {
                lock (_requests) _requests.Add(request);
                Interlocked.Increment(ref _underWay);
                _arrived.Release();
                try
                {
                    var reply = Choose?.Invoke(request) ?? (_queue.TryDequeue(out var queued) ? queued : Default);
                    await reply.PlayAsync(request, connection, _stop.Token);
                }
                finally
                {
                    Interlocked.Decrement(ref _underWay);
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException)
        {
            lock (_malformed) _malformed.Add(e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or EndOfStreamException)
        {
            // The other side left, or the test is over.
        }
        finally
        {
            connection.Close();
            _open.TryRemove(connection.Number, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _open.Values) connection.Close();
    }
}
