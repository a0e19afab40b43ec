using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailApi.Tests.Smtp;

/// <summary>A server for one test: answers each command as it is told, and keeps what it was sent.</summary>
internal sealed class LineServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;

    public LineServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Gets a command, answers a reply; null to close, an empty string for silence.</summary>
    public Func<string, string?> Answer { get; set; } = Ordinary;

    /// <summary>Awaited before the answer to a command, and with an empty one before the greeting.</summary>
    public Func<string, Task> Pause { get; set; } = _ => Task.CompletedTask;

    public string Greeting { get; set; } = "220 test";

    /// <summary>Lines of EHLO after the first, such as <c>SIZE 1000</c>.</summary>
    public string[] Offers { get; set; } = ["PIPELINING", "8BITMIME", "SMTPUTF8"];

    /// <summary>Speaks TLS after STARTTLS, or from the start when <see cref="ImplicitTls"/>.</summary>
    public X509Certificate2? Certificate { get; set; }

    public bool ImplicitTls { get; set; }

    /// <summary>Until this is done, no message is read.</summary>
    public Task ReadsMessages { get; set; } = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Commands { get; } = [];

    public ConcurrentQueue<byte[]> Messages { get; } = [];

    public int Connections => _sockets.Count;

    public static string Ordinary(string command) => command switch
    {
        "DATA" => "354 go on",
        "STARTTLS" => "220 2.0.0 ready",
        _ => "250 2.0.0 fine",
    };

    /// <summary>Closes what is open from the server's side.</summary>
    public void HangUp()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        HangUp();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> talks = [];
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _sockets.Add(socket);
                talks.Add(Task.Run(() => TalkAsync(socket)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        try
        {
            await using var clear = new NetworkStream(socket, ownsSocket: true);
            Stream network = ImplicitTls ? await EncryptAsync(clear) : clear;
            var reader = new BufferedStream(network);
            await Pause("");
            await SayAsync(network, Greeting);
            while (await ReadLineAsync(reader) is { } command)
            {
                Commands.Enqueue(command);
                await Pause(command);
                var answer = Answer(command);
                if (command.StartsWith("EHLO", StringComparison.Ordinal) && answer == Ordinary(command))
                {
                    answer = string.Join("\r\n", ["250-test", .. Offers.Select(offer => $"250-{offer}"), "250 HELP"]);
                }

                if (answer is null || (answer.Length > 0 && !await SayAsync(network, answer)))
                {
                    return;
                }

                if (command == "STARTTLS" && Certificate is not null)
                {
                    network = await EncryptAsync(clear);
                    reader = new BufferedStream(network);
                }

                if (command == "DATA" && answer.StartsWith("354", StringComparison.Ordinal))
                {
                    await ReadsMessages;
                    Messages.Enqueue(await ReadMessageAsync(reader));
                    Commands.Enqueue(".");
                    await Pause(".");
                    if (Answer(".") is not { } verdict || !await SayAsync(network, verdict))
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception e) when (e
            is IOException or ObjectDisposedException or SocketException or AuthenticationException)
        {
            // The other side is free to leave.
        }
    }

    private async Task<Stream> EncryptAsync(Stream clear)
    {
        var encrypted = new SslStream(clear);
        await encrypted.AuthenticateAsServerAsync(Certificate!);
        return encrypted;
    }

    private static async Task<bool> SayAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
        return true;
    }

    private static async Task<byte[]> ReadMessageAsync(Stream stream)
    {
        var message = new MemoryStream();
        while (await ReadRawLineAsync(stream) is { } line && !line.SequenceEqual(".\r\n"u8.ToArray()))
        {
            message.Write(line[0] == '.' ? line.AsSpan(1) : line);
        }

        return message.ToArray();
    }

    private static async Task<string?> ReadLineAsync(Stream stream) =>
        await ReadRawLineAsync(stream) is { } line ? Encoding.UTF8.GetString(line).TrimEnd('\r', '\n') : null;

    private static async Task<byte[]?> ReadRawLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            line.Add(one[0]);
            if (line is [.., (byte)'\r', (byte)'\n'])
            {
                return [.. line];
            }
        }

        return null;
    }
}
