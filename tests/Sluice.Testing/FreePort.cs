using System.Net;
using System.Net.Sockets;

namespace Sluice.Testing;

public static class FreePort
{
    /// <summary>A port that was free a moment ago. Prefer port 0 where the server under test can say which one it got.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
