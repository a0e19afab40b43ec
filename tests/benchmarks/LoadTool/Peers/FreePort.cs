using System.Net;
using System.Net.Sockets;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>
/// Loopback TCP ports that nobody listens on, each given out once. They lie below the range that the system takes ports for
/// connections and for port 0 from: until their program binds them, nobody else gets them. None is a port that webhooks
/// refuse.
/// </summary>
public static class FreePort
{
    private const int First = 12_000;
    private const int Count = 14_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
