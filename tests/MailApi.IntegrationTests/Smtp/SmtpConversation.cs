namespace MailApi.IntegrationTests.Smtp;

/// <summary>The talk on one connection: reads lines, asks the script, answers at its pace.</summary>
internal sealed class SmtpConversation(SmtpWire wire, Func<SmtpScript> current, SmtpJournal journal, int connection)
{
    public SmtpScript Script => current();

    public SmtpWire Wire => wire;

    public bool IsTls => wire.Tls is not null;

    public int Connection => connection;

    /// <summary>The transaction that MAIL began.</summary>
    public SmtpEnvelope Envelope { get; set; } = new();

    public void Violation(string what) => journal.Violation(connection, what);

    public void Keep(ReceivedMessage message, bool kept) => journal.Add(message, kept);

    /// <summary>A command line without its end; null when the client is gone or too slow.</summary>
    public async Task<string?> ReadCommandAsync(CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(Script.IdleTimeout ?? Timeout.InfiniteTimeSpan);
        string? line;
        try
        {
            line = await wire.ReadLineAsync(idle.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (line is not null && line.IndexOfAny(['\r', '\n']) != line.Length - 2)
        {
            Violation("bare CR or LF in a command");
        }

        line = line?.TrimEnd('\r', '\n');
        if (line is not null)
        {
            journal.Add(new ReceivedCommand(connection, line, IsTls));
        }

        return line;
    }

    /// <summary>RFC 2920 §3.1: what may be sent ahead, and only after the server announced it.</summary>
    public async Task CheckPipeliningAsync(string verb, CancellationToken cancellationToken)
    {
        if (!wire.HasMore)
        {
            return;
        }

        if (!Script.Announces("PIPELINING"))
        {
            Violation($"sent on after {verb} though PIPELINING is not announced");
        }
        else if (verb is "EHLO" or "HELO" or "DATA" or "AUTH" or "STARTTLS" or "QUIT" or "NOOP")
        {
            Violation($"sent on after {verb}, which ends a group");
        }

        // What comes in clear after STARTTLS must not be taken for what is said inside TLS (CVE-2011-0411).
        if (Script.AnswersOnlyFirst || verb == "STARTTLS")
        {
            await wire.DiscardAsync(cancellationToken);
        }
    }

    public async Task<(Reply Reply, Then Next)> AnswerAsync(
        Func<SmtpExchange, Reply> answer,
        string verb,
        string argument,
        Reply sound,
        CancellationToken cancellationToken)
    {
        var reply = answer(Exchange(verb, argument, sound));
        return (reply, await SendAsync(reply, cancellationToken));
    }

    public async Task<Then> SendAsync(Reply reply, CancellationToken cancellationToken)
    {
        await reply.Held.WaitAsync(cancellationToken);
        await Task.Delay(reply.Delay, cancellationToken);
        foreach (var chunk in reply.Chunks)
        {
            await wire.WriteAsync(chunk, cancellationToken);
            await Task.Delay(reply.Pause, cancellationToken);
        }

        return reply.Next;
    }

    /// <summary>Leaves the connection as the last reply said.</summary>
    public async Task EndAsync(Then next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case Then.Reset:
                wire.Reset();
                break;
            case Then.Freeze:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
            case Then.Stall:
                while ((await wire.ReadAsync(cancellationToken)).Length > 0)
                {
                }

                journal.Note(connection, "the client hung up while nothing was answered");
                break;
            default:
                await wire.CloseAsync();
                break;
        }
    }

    public SmtpExchange Exchange(string verb, string argument, Reply sound) => new()
    {
        Verb = verb,
        Argument = argument,
        Nth = journal.Asked(verb),
        Connection = connection,
        IsTls = IsTls,
        Envelope = Envelope,
        Journal = journal,
        Default = sound,
    };
}
