using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MailApi.Benchmarks.LoadTool.Relay;

/// <summary>One SMTP connection of the recording relay (RFC 5321, with PIPELINING).</summary>
internal sealed class RelaySession(RecordingRelay relay, TcpClient client)
{
    private const string Greeting = "220 relay.example ESMTP\r\n";

    private const string Extensions =
        "250-relay.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
        + "250-ENHANCEDSTATUSCODES\r\n250 SIZE\r\n";

    private readonly long _connectedAt = Stopwatch.GetTimestamp();
    private Transaction? _transaction;
    private bool _dotReceived;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using (client)
        {
            client.NoDelay = true;
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            try
            {
                await ConverseAsync(reader, cancellationToken);
            }
            catch (IOException)
            {
                // The sender's process died with the connection open: counted below.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (_transaction is not null)
            {
                relay.RecordCutOff(_dotReceived);
            }
        }
    }

    private async Task ConverseAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        await ReplyAsync(Greeting, cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var verb = line.Split(' ', 2)[0].ToUpperInvariant();
            if (verb == "DATA")
            {
                await ReplyAsync("354 go ahead\r\n", cancellationToken);
                if (!await ReceiveAsync(reader, cancellationToken))
                {
                    return;
                }

                continue;
            }

            if (verb == "RCPT" && relay.HangingDomain is { } domain && line.Contains($"@{domain}>", StringComparison.Ordinal))
            {
                await relay.HangAsync(cancellationToken);
            }

            await ReplyAsync(Command(verb), cancellationToken);
            if (verb == "QUIT")
            {
                return;
            }
        }
    }

    private string Command(string verb)
    {
        switch (verb)
        {
            case "EHLO":
                return Extensions;
            case "MAIL":
                _transaction = new Transaction { ConnectedAt = _connectedAt, BegunAt = Stopwatch.GetTimestamp() };
                return "250 2.1.0 ok\r\n";
            case "RCPT":
                return "250 2.1.5 ok\r\n";
            case "HELO" or "NOOP" or "RSET":
                _transaction = verb == "RSET" ? null : _transaction;
                return "250 2.0.0 ok\r\n";
            case "QUIT":
                _transaction = null;
                return "221 2.0.0 bye\r\n";
            default:
                return "500 5.5.1 not known here\r\n";
        }
    }

    /// <summary>Reads the message, records it at its final dot, answers later; false when nobody listens.</summary>
    private async Task<bool> ReceiveAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var transaction = _transaction ?? throw new RunFailedException("DATA without MAIL FROM");
        if (!await ReadHeaderAsync(reader, transaction, cancellationToken))
        {
            return false;
        }

        transaction.ReceivedAt = Stopwatch.GetTimestamp();
        _dotReceived = true;
        relay.Record(transaction);
        await relay.PauseBeforeAnswerAsync(cancellationToken);
        if (HasClosed())
        {
            return false;
        }

        await ReplyAsync("250 2.0.0 queued\r\n", cancellationToken);
        transaction.Answer(Stopwatch.GetTimestamp());
        _transaction = null;
        _dotReceived = false;
        return true;
    }

    /// <summary>Takes the two fields that matter and skips the rest; false when the final dot never came.</summary>
    private static async Task<bool> ReadHeaderAsync(
        StreamReader reader, Transaction transaction, CancellationToken cancellationToken)
    {
        var field = "";
        var inHeader = true;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (inHeader && !line.StartsWith(' ') && !line.StartsWith('\t'))
            {
                Take(field, transaction);
                inHeader = line.Length > 0;
                field = line;
            }
            else if (inHeader)
            {
                field += line;
            }

            if (line == ".")
            {
                return true;
            }
        }

        return false;
    }

    private static void Take(string field, Transaction transaction)
    {
        if (field.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase))
        {
            transaction.MessageId = field["Message-ID:".Length..].Trim();
        }
        else if (field.StartsWith("X-Ledger:", StringComparison.OrdinalIgnoreCase))
        {
            transaction.LedgerId = field["X-Ledger:".Length..].Trim();
        }
    }

    /// <summary>A write to a peer that died succeeds once; only a read tells.</summary>
    private bool HasClosed() => client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Available == 0;

    private async Task ReplyAsync(string reply, CancellationToken cancellationToken)
    {
        if (relay.Hangs)
        {
            await relay.HangAsync(cancellationToken);
        }

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(reply), cancellationToken);
    }
}
