using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Testing;

/// <summary>One accepted connection: reads requests off the wire and lets a reply write whatever it likes, valid or not.</summary>
public sealed class FakeConnection
{
    private readonly Socket _socket;
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal FakeConnection(Socket socket, int number)
    {
        _socket = socket;
        Number = number;
        socket.NoDelay = true;
    }

    internal int Number { get; }

    /// <summary>Set by a reply whose head promised the connection would be closed, or whose body ends with it.</summary>
    public bool CloseAfterReply { get; set; }

    /// <summary>Completes when the other side closed or reset the connection.</summary>
    public Task CallerLeft => _left.Task;

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
    }

    public Task WriteAsync(string text, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Closes with RST instead of FIN.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    internal void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
        _socket.Dispose();
    }

    internal async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var n = await _socket.ReceiveAsync(_received.Writer.GetMemory(16 * 1024));
                if (n == 0) break;
                _received.Writer.Advance(n);
                await _received.Writer.FlushAsync();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A reset is one of the ways to leave.
        }
        _left.TrySetResult();
        await _received.Writer.CompleteAsync();
    }

    /// <summary>The next request, or <see langword="null"/> when the other side is done.</summary>
    internal async Task<FakeRequest?> ReadRequestAsync(CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(cancellationToken);
        if (head is null) return null;
        var lines = head.Split("\r\n");
        var first = lines[0].Split(' ');
        if (first.Length != 3) throw new InvalidDataException($"Not a request line: '{lines[0]}'.");
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new InvalidDataException($"Not a header line: '{line}'.");
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        string? Value(string name) => headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        if (Value("Expect") is not null) await WriteAsync("HTTP/1.1 100 Continue\r\n\r\n", cancellationToken);
        byte[] body = [];
        if (Value("Transfer-Encoding") is not null) body = await ReadChunkedAsync(cancellationToken);
        else if (Value("Content-Length") is { } length) body = await ReadExactlyAsync(int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture), cancellationToken);
        if (string.Equals(Value("Connection"), "close", StringComparison.OrdinalIgnoreCase)) CloseAfterReply = true;
        return new FakeRequest(first[0], first[1], headers, body, Number, CallerLeft);
    }

    private async Task<string?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _received.Reader.ReadAsync(cancellationToken);
            var bytes = result.Buffer.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _received.Reader.AdvanceTo(result.Buffer.GetPosition(end + 4));
                return Encoding.Latin1.GetString(bytes, 0, end);
            }
            _received.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted) return null;
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _received.Reader.ReadAsync(cancellationToken);
            var bytes = result.Buffer.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n"u8);
            if (end >= 0)
            {
                _received.Reader.AdvanceTo(result.Buffer.GetPosition(end + 2));
                return Encoding.Latin1.GetString(bytes, 0, end);
            }
            _received.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted) throw new EndOfStreamException("The other side left in the middle of a request.");
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        if (count == 0) return [];
        var result = await _received.Reader.ReadAtLeastAsync(count, cancellationToken);
        if (result.Buffer.Length < count) throw new EndOfStreamException("The other side left in the middle of a request.");
        var piece = result.Buffer.Slice(0, count);
        var bytes = piece.ToArray();
        _received.Reader.AdvanceTo(piece.End);
        return bytes;
    }

    private async Task<byte[]> ReadChunkedAsync(CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (true)
        {
            var size = int.Parse((await ReadLineAsync(cancellationToken)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0) break;
            body.AddRange(await ReadExactlyAsync(size, cancellationToken));
            if (await ReadLineAsync(cancellationToken) != "") throw new InvalidDataException("A chunk is longer than it said.");
        }
        while (await ReadLineAsync(cancellationToken) != "") { }
        return [.. body];
    }
}
