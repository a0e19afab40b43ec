using System.Net;
using System.Net.Sockets;
using MailApi.Core.Smtp.Sessions;

namespace MailApi.Tests.Smtp;

/// <summary>Opening the connection to a server.</summary>
public sealed class DialerTests
{
    [Fact]
    public async Task Where_a_connection_goes_is_known_when_the_server_has_broken_it_off()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = (IPEndPoint)listener.LocalEndpoint;
        var (socket, failure) = await Dialer.DialAsync(
            "127.0.0.1", server.Port, TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null(failure);
        using (socket)
        {
            using (var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
            {
                // No farewell: a reset.
                accepted.LingerState = new LingerOption(enable: true, seconds: 0);
            }

            Assert.True(socket!.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead));
            Assert.Equal(server, socket.RemoteEndPoint);
        }
    }
}
