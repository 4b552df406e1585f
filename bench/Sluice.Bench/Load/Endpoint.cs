using System.Net;
using System.Net.Sockets;

namespace Sluice.Bench.Load;

/// <summary>Where load goes: a port on the loopback interface and the key to show there.</summary>
internal sealed record Endpoint(int Port, string ApiKey)
{
    internal string Url => $"http://127.0.0.1:{Port}";

    internal Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    internal static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
