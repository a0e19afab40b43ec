using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MailApi.IntegrationTests.Dns;

/// <summary>
/// A DNS server on a free loopback port, UDP and TCP, that answers from a <see cref="DnsZone"/> which may change while
/// it runs. Names that are not in it do not exist.
/// </summary>
internal sealed class StubDnsServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentQueue<DnsQuestion> _questions = new();
    private readonly UdpClient _udp;
    private readonly TcpListener _tcp;
    private readonly Task _serving;

    private StubDnsServer(UdpClient udp, TcpListener tcp)
    {
        (_udp, _tcp) = (udp, tcp);
        _serving = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    public IPEndPoint EndPoint => (IPEndPoint)_tcp.LocalEndpoint;

    public DnsZone Zone { get; } = new();

    /// <summary>What was asked so far.</summary>
    public IReadOnlyList<DnsQuestion> Questions => [.. _questions];

    public static StubDnsServer Start()
    {
        while (true)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            try
            {
                return new StubDnsServer(new UdpClient((IPEndPoint)tcp.LocalEndpoint), tcp);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The port is free for TCP alone: take another.
                tcp.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _serving;
        _udp.Dispose();
        _tcp.Dispose();
        _ended.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        try
        {
            while (true)
            {
                var query = await _udp.ReceiveAsync(_ended.Token);
                if (Answer(query.Buffer, isTcp: false) is { } answer)
                {
                    await _udp.SendAsync(answer, query.RemoteEndPoint, _ended.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_ended.Token);
                try
                {
                    await ServeAsync(client.GetStream());
                }
                catch (IOException)
                {
                    // The client hung up before its question was complete.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>One query per connection, each message behind its length (RFC 1035 §4.2.2).</summary>
    private async Task ServeAsync(NetworkStream stream)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, _ended.Token);
        var query = new byte[(length[0] << 8) | length[1]];
        await stream.ReadExactlyAsync(query, _ended.Token);
        if (Answer(query, isTcp: true) is { } answer)
        {
            await stream.WriteAsync(
                (byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], _ended.Token);
        }
    }

    private byte[]? Answer(byte[] query, bool isTcp)
    {
        var question = DnsMessage.ReadQuestion(query, isTcp);
        _questions.Enqueue(question);
        return Zone.Find(question) is { } answer ? DnsMessage.Write(query, question, answer) : null;
    }
}
