using System.Text;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>The commands of one connection and what they change: TLS, authentication, the transaction.</summary>
internal sealed class SmtpSession(SmtpConversation talk)
{
    private bool _isAuthenticated;

    private SmtpScript Script => talk.Script;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var next = Script.Tls == TlsStart.Implicit
            ? await SmtpTls.HandshakeAsync(talk.Wire, Script, cancellationToken)
            : Then.Continue;
        if (next == Then.Continue)
        {
            (_, next) = await talk.AnswerAsync(Script.Banner, "", "", "220 scripted.test ESMTP", cancellationToken);
        }

        while (next == Then.Continue)
        {
            next = await talk.ReadCommandAsync(cancellationToken) is { } line
                ? await HandleAsync(line, cancellationToken)
                : Then.Close;
        }

        await talk.EndAsync(next, cancellationToken);
    }

    private async Task<Then> HandleAsync(string line, CancellationToken cancellationToken)
    {
        var (verb, argument) = Split(line);
        await talk.CheckPipeliningAsync(verb, cancellationToken);
        var script = Script;
        return verb switch
        {
            "STARTTLS" when script.Tls == TlsStart.StartTls && !talk.IsTls => await StartTlsAsync(cancellationToken),
            "AUTH" when SmtpDefaults.OffersAuth(script, talk.IsTls) && !_isAuthenticated =>
                await AuthenticateAsync(argument, cancellationToken),
            "MAIL" => await MailAsync(argument, cancellationToken),
            "RCPT" => await RcptAsync(argument, cancellationToken),
            "DATA" => await DataAsync(cancellationToken),
            "EHLO" => await BeginAnewAsync(script.Ehlo, SmtpDefaults.Ehlo(script, talk.IsTls)),
            "HELO" => await BeginAnewAsync(script.Helo, "250 scripted.test"),
            "RSET" => await BeginAnewAsync(script.Rset, "250 2.0.0 ok"),
            "NOOP" => await AnswerAsync(script.Noop, "250 2.0.0 ok"),
            "QUIT" => await AnswerAsync(script.Quit, Reply.Lines("221 2.0.0 bye").ThenClose()),
            _ => await AnswerAsync(x => x.Default, "502 5.5.1 unknown"),
        };

        async Task<Then> AnswerAsync(Func<SmtpExchange, Reply> answer, Reply sound) =>
            (await talk.AnswerAsync(answer, verb, argument, sound, cancellationToken)).Next;

        Task<Then> BeginAnewAsync(Func<SmtpExchange, Reply> answer, Reply sound)
        {
            talk.Envelope = new SmtpEnvelope();
            return AnswerAsync(answer, sound);
        }
    }

    private async Task<Then> StartTlsAsync(CancellationToken cancellationToken)
    {
        var (reply, next) = await talk.AnswerAsync(
            Script.StartTls, "STARTTLS", "", "220 2.0.0 ready", cancellationToken);
        return reply.IsPositive && next == Then.Continue
            ? await SmtpTls.HandshakeAsync(talk.Wire, Script, cancellationToken)
            : next;
    }

    private async Task<Then> AuthenticateAsync(string argument, CancellationToken cancellationToken)
    {
        var parts = argument.Split(' ', 2);
        var authentication = new SmtpAuthentication(Script.Credentials!, AskAsync);
        var initial = parts is [_, var given] ? Decode(given) : null;
        _isAuthenticated = Script.Mechanisms.Contains(parts[0]) && await authentication.RunAsync(parts[0], initial);
        var (reply, next) = await talk.AnswerAsync(
            Script.Auth, "AUTH", argument,
            _isAuthenticated ? "235 2.7.0 welcome" : "535 5.7.8 bad credentials", cancellationToken);
        _isAuthenticated = reply.IsPositive;
        return next;

        async Task<string?> AskAsync(string challenge)
        {
            var line = $"334 {Convert.ToBase64String(Encoding.UTF8.GetBytes(challenge))}\r\n";
            await talk.Wire.WriteAsync(Encoding.ASCII.GetBytes(line), cancellationToken);
            return await talk.ReadCommandAsync(cancellationToken) is { } answer and not "*" ? Decode(answer) : null;
        }
    }

    private async Task<Then> MailAsync(string argument, CancellationToken cancellationToken)
    {
        var sound = SmtpDefaults.Mail(Script, argument, talk.IsTls, _isAuthenticated);
        var (reply, next) = await talk.AnswerAsync(Script.Mail, "MAIL", argument, sound, cancellationToken);
        talk.Envelope = new SmtpEnvelope();
        if (reply.IsPositive)
        {
            talk.Envelope.Begin(argument);
        }

        return next;
    }

    private async Task<Then> RcptAsync(string argument, CancellationToken cancellationToken)
    {
        if (!talk.Envelope.SmtpUtf8 && !Ascii.IsValid(argument))
        {
            talk.Violation("international recipient without SMTPUTF8");
        }

        var sound = SmtpDefaults.Rcpt(talk.Envelope, argument);
        var (reply, next) = await talk.AnswerAsync(Script.Rcpt, "RCPT", argument, sound, cancellationToken);
        if (reply.IsPositive)
        {
            talk.Envelope.Recipients.Add(SmtpEnvelope.AddressIn(argument));
        }

        return next;
    }

    private async Task<Then> DataAsync(CancellationToken cancellationToken)
    {
        var (reply, next) = await talk.AnswerAsync(
            Script.Data, "DATA", "", SmtpDefaults.Data(talk.Envelope), cancellationToken);
        if (reply.Code != 354 || next != Then.Continue)
        {
            return next;
        }

        var body = await SmtpBody.ReadAsync(talk.Wire, Script.BodyFault, talk.Violation, cancellationToken);
        return body.Bytes is { } bytes ? await DotAsync(bytes, cancellationToken) : body.Fault ?? Then.Close;
    }

    private async Task<Then> DotAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        if (!Ascii.IsValid(bytes) && !talk.Envelope.Parameters.ContainsKey("BODY") && !talk.Envelope.SmtpUtf8)
        {
            talk.Violation("8-bit content without BODY=8BITMIME");
        }

        var sound = SmtpDefaults.Dot(Script, bytes.Length);
        var exchange = talk.Exchange(".", "", sound);
        var reply = Script.Dot(exchange);
        var message = new ReceivedMessage
        {
            Connection = talk.Connection,
            Sender = talk.Envelope.Sender!,
            Recipients = [.. talk.Envelope.Recipients],
            Parameters = talk.Envelope.Parameters,
            Bytes = bytes,
            Tls = talk.Wire.Tls?.SslProtocol,
            ReceivedAt = DateTimeOffset.UtcNow,
        };
        talk.Keep(message, reply.Keeps);
        talk.Envelope = new SmtpEnvelope();
        return await talk.SendAsync(reply, cancellationToken);
    }

    private static (string Verb, string Argument) Split(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (line.ToUpperInvariant(), "") : (line[..space].ToUpperInvariant(), line[(space + 1)..]);
    }

    private static string Decode(string base64) =>
        base64 == "=" ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
