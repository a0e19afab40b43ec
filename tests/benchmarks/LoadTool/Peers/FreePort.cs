using System.Net;
using System.Net.Sockets;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>A loopback TCP port that nobody listens on.</summary>
public static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
