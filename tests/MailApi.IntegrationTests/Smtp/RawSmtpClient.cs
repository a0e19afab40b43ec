using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>A client that sends any bytes and shows what comes back.</summary>
internal sealed class RawSmtpClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _deadline = new(Patience);
    private StreamReader? _reader;

    public NetworkStream Stream { get; private set; } = null!;

    public static async Task<RawSmtpClient> ConnectAsync(ScriptedSmtpServer server)
    {
        var client = new RawSmtpClient();
        client._socket.NoDelay = true;
        await client._socket.ConnectAsync(server.Host, server.Port, client._deadline.Token);
        client.Stream = new NetworkStream(client._socket);
        client._reader = new StreamReader(client.Stream, Encoding.UTF8);
        return client;
    }

    /// <summary>Sends the text as it is, in one piece.</summary>
    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.UTF8.GetBytes(text), _deadline.Token);

    /// <summary>The last line of the next reply; null when the server has closed.</summary>
    public async Task<string?> ReplyAsync()
    {
        while (true)
        {
            var line = await _reader!.ReadLineAsync(_deadline.Token);
            if (line is not [_, _, _, '-', ..])
            {
                return line;
            }
        }
    }

    /// <summary>Sends a command and returns the last line of its reply.</summary>
    public async Task<string?> SayAsync(string line)
    {
        await SendAsync(line + "\r\n");
        return await ReplyAsync();
    }

    /// <summary>Says the same again while the answer is a temporary refusal; returns how long that took.</summary>
    public async Task<TimeSpan> SayUntilTakenAsync(string line)
    {
        var start = Stopwatch.GetTimestamp();
        while (await SayAsync(line) is ['4', ..])
        {
            await Task.Delay(Pause, _deadline.Token);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Greeting, EHLO, MAIL, RCPT and DATA, up to the 354.</summary>
    public async Task BeginMessageAsync()
    {
        Assert.StartsWith("220", await ReplyAsync());
        Assert.StartsWith("250", await SayAsync("EHLO client.example"));
        Assert.StartsWith("250", await SayAsync("MAIL FROM:<a@client.example>"));
        Assert.StartsWith("250", await SayAsync("RCPT TO:<b@client.example>"));
        Assert.StartsWith("354", await SayAsync("DATA"));
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _socket.Dispose();
        _deadline.Dispose();
    }
}
