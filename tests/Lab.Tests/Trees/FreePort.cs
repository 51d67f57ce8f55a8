using System.Net;
using System.Net.Sockets;

namespace Lab.Tests.Trees;

/// <summary>A port of the loopback that nothing listens on just now.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
