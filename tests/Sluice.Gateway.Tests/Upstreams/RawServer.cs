using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Gateway.Tests.Upstreams;

/// <summary>A TCP server on loopback that does what a script says with each connection, down to the byte.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<RawConnection, Task> _script;
    private readonly Task _accepting;
    private readonly ConcurrentBag<RawConnection> _connections = [];
    private int _accepted;

    public RawServer(Func<RawConnection, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Everything that the scripts threw, other than the loss of a connection.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = [];

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            socket.NoDelay = true;
            var connection = new RawConnection(socket, Interlocked.Increment(ref _accepted));
            _connections.Add(connection);
            _ = Task.Run(() => RunAsync(connection));
        }
    }

    private async Task RunAsync(RawConnection connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The client went away.
        }
        catch (Exception e)
        {
            Faults.Enqueue(e);
        }
        finally
        {
            connection.Socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _connections) connection.Socket.Dispose();
    }
}

/// <param name="Socket">The server's end.</param>
/// <param name="Number">1 for the first connection that was accepted.</param>
internal sealed record RawConnection(Socket Socket, int Number)
{
    private readonly List<byte> _received = [];

    /// <summary>Reads one request, head and body by its Content-Length; throws <see cref="EndOfStreamException"/> if the client closes.</summary>
    public async Task<string> ReadRequestAsync()
    {
        var head = await ReadHeadAsync();
        var total = head.Length + ContentLength(head);
        while (_received.Count < total) await ReceiveAsync();
        var text = Encoding.Latin1.GetString([.. _received.Take(total)]);
        _received.RemoveRange(0, total);
        return text;
    }

    /// <summary>Reads a request's head only and leaves the body where it is.</summary>
    public async Task<string> ReadHeadAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _received]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0) return text[..(end + 4)];
            await ReceiveAsync();
        }
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await Socket.SendAsync(bytes)..];
    }

    public async Task AnswerAsync(string body, string moreHeaders = "")
        => await SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{moreHeaders}\r\n{body}");

    /// <summary>Closes with RST instead of FIN.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    /// <summary>Returns once the client has closed or reset the connection; what it sends until then is dropped.</summary>
    public async Task UntilClosedAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await Socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[16384];
        var count = await Socket.ReceiveAsync(buffer);
        if (count == 0) throw new EndOfStreamException();
        _received.AddRange(buffer.AsSpan(0, count));
    }

    private static int ContentLength(string head)
    {
        foreach (var line in head.Split("\r\n"))
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) return int.Parse(line[16..]);
        return 0;
    }
}
