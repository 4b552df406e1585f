using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>A caller on a bare socket, for requests that no HTTP library would send, and for leaving in every way there is.</summary>
public sealed class RawCaller : IDisposable
{
    private readonly Socket _socket;
    private readonly StringBuilder _received = new();

    private RawCaller(Socket socket) => _socket = socket;

    public static async Task<RawCaller> ConnectAsync(string baseUrl, int receiveBuffer = 0)
    {
        var url = new Uri(baseUrl);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(IPAddress.Loopback, url.Port);
        return new RawCaller(socket);
    }

    public string Received => _received.ToString();

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>False if the other side closed before all of it was taken.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes)..];
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A whole POST of a JSON body.</summary>
    public Task PostAsync(string path, string key, string body, string headers = "")
        => SendAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    /// <summary>Reads until <paramref name="text"/> came or the other side closed; false for the latter.</summary>
    public async Task<bool> UntilAsync(string text)
    {
        var buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Received.Contains(text, StringComparison.Ordinal))
        {
            int count;
            try
            {
                count = await _socket.ReceiveAsync(buffer, deadline.Token);
            }
            catch (SocketException)
            {
                return false;
            }
            if (count == 0) return false;
            _received.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return true;
    }

    /// <summary>Reads until the other side closes.</summary>
    public async Task<string> ToEndAsync()
    {
        await UntilAsync("\0 never sent");
        return Received;
    }

    /// <summary>The status of the first answer; 0 if the connection was closed without one.</summary>
    public async Task<int> StatusAsync()
    {
        await UntilAsync("\r\n\r\n");
        return Received.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(Received.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    public void HangUp() => _socket.Close();

    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>What of the answers' heads and bodies an error object was promised for.</summary>
    public static string BodyOf(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public void Dispose() => _socket.Dispose();
}
