using MailApi.Core.Domain;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Why no session came about.</summary>
/// <param name="Reason">A sentence that names the setting to look at where one is to blame; no secrets.</param>
/// <param name="Reply">What the server said, if that was it.</param>
internal sealed record OpenFailure(string Reason, SmtpReply? Reply = null);

/// <summary>Dials, greets, encrypts and signs in.</summary>
internal sealed class SessionOpener(string relay, RelayOptions options, Pulse pulse, TimeProvider time)
{
    /// <summary>Cleared when the server announces PIPELINING but answers only the first command.</summary>
    public bool Pipelining { get; set; } = true;

    /// <summary>Answers a session that is ready, or why there is none. Throws only when cancelled.</summary>
    public async Task<(SmtpSession? Session, OpenFailure? Failure)> OpenAsync(CancellationToken cancellationToken)
    {
        var (socket, unreachable) = await Dialer.DialAsync(
            options.Host, options.EffectivePort, options.ConnectTimeout, time, cancellationToken);
        if (socket is null)
        {
            return (null, new OpenFailure(unreachable!));
        }

        var session = SmtpSession.Over(socket, options, pulse, time);
        OpenFailure? failure = null;
        var finished = false;
        try
        {
            failure = await ConnectAsync(session, cancellationToken) ?? await SignInAsync(session, cancellationToken);
            finished = true;
        }
        finally
        {
            if (failure is not null || !finished)
            {
                session.Abort();
            }
        }

        if (failure is not null)
        {
            return (null, failure);
        }

        session.Ready(Pipelining);
        return (session, null);
    }

    private async Task<OpenFailure?> ConnectAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        var trusting = options.EffectiveSecurity == RelaySecurity.Opportunistic || !options.CheckCertificate;
        var certificate = new CertificateCheck(options.Host, trusting, time);
        var encryption = new Encryption(session.Connection, session.Clock, session.Tap, certificate, options);
        try
        {
            if (options.EffectiveSecurity == RelaySecurity.Tls)
            {
                await encryption.BeginAsync(cancellationToken);
            }
            else if (options.EffectiveSecurity != RelaySecurity.None && !await encryption.NegotiateAsync(cancellationToken))
            {
                return Refused(session, "The server refused STARTTLS");
            }

            await session.ConnectAsync(
                session.Connection, options.Host, options.EffectivePort, SecureSocketOptions.None, cancellationToken);
            return options.EffectiveSecurity == RelaySecurity.StartTls && session.Tls is null
                ? new OpenFailure($"The server does not offer STARTTLS, which Relays:{relay}:Security demands.")
                : null;
        }
        catch (SmtpCommandException)
        {
            return Refused(session, session.Clock.Phase == SmtpPhase.Banner
                ? "The server's greeting refused us"
                : "The server refused EHLO and HELO");
        }
        catch (Exception e) when (session.Clock.Phase == SmtpPhase.Tls
            && e is System.Security.Authentication.AuthenticationException or IOException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new OpenFailure(certificate.Problem ?? TlsReason(session, e));
        }
        catch (Exception e) when (SmtpSession.IsLoss(e))
        {
            return new OpenFailure(session.LossOf(e));
        }
    }

    private async Task<OpenFailure?> SignInAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        if (!options.HasCredentials)
        {
            return null;
        }

        var name = SignInMechanisms.Choose(
            options.Auth, session.Tls is not null || options.AllowCleartextPassword, session.AuthenticationMechanisms);
        if (name is null || !session.Capabilities.HasFlag(SmtpCapabilities.Authentication))
        {
            return new OpenFailure(session.Tls is not null || options.AllowCleartextPassword
                ? $"The server offers no way to sign in that Relays:{relay}:Auth permits."
                : $"The session is not encrypted, so the password of Relays:{relay}:Username was not sent.");
        }

        try
        {
            var mechanism = SignInMechanisms.Create(name, options.Username!, options.Password ?? "");
            await session.AuthenticateAsync(mechanism, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is AuthenticationException or SaslException)
        {
            return Refused(session, $"The server refused Relays:{relay}:Username and its password");
        }
        catch (Exception e) when (SmtpSession.IsLoss(e))
        {
            return new OpenFailure(session.LossOf(e));
        }
    }

    private static OpenFailure Refused(SmtpSession session, string what)
    {
        var reply = ServerReply.Of(session.Tap.LastReply);
        return reply is null ? new OpenFailure($"{what}.")
            : new OpenFailure($"{what}: {$"{reply.Code} {reply.EnhancedCode}".TrimEnd()}.", reply);
    }

    private string TlsReason(SmtpSession session, Exception exception)
    {
        var cause = exception.GetBaseException();
        return session.Clock.ExpiredIn is not null || session.Connection.Ended || cause is UnruledReplyException
            ? session.LossOf(cause)
            : $"The TLS handshake with {options.Host} failed: {cause.Message.TrimEnd('.')}.";
    }
}
