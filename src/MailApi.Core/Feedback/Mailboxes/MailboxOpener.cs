using System.Net;
using System.Net.Sockets;
using System.Text;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;
using MailApi.Core.Smtp.Sessions;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Security;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>Dials the mailbox's server, encrypts and signs in.</summary>
internal sealed class MailboxOpener(MailboxOptions options, TimeProvider time)
{
    private readonly Patience _patience = new(options.CommandTimeout, time);
    private readonly LeftMail _left = new();

    public async Task<IMailboxSession> OpenAsync(CancellationToken cancellationToken)
    {
        var (socket, failure) = await Dialer.DialAsync(
            options.Host, options.EffectivePort, options.ConnectTimeout, time, cancellationToken);
        if (socket is null)
        {
            throw new MailboxTroubleException(failure!);
        }

        var imap = options.Protocol == MailboxProtocol.Imap ? new ImapClient() : null;
        var pop3 = imap is null ? new Pop3Client() : null;
        MailService client = imap is not null ? imap : pop3!;
        try
        {
            await ConnectAsync(client, socket, cancellationToken);
            await SignInAsync(client, cancellationToken);
            return imap is not null
                ? await ImapSession.OpenAsync(imap, options, _patience, time, cancellationToken)
                : await Pop3Session.OpenAsync(pop3!, options, _patience, _left, time, cancellationToken);
        }
        catch
        {
            client.Dispose();
            socket.Dispose();
            throw;
        }
    }

    private async Task ConnectAsync(MailService client, Socket socket, CancellationToken cancellationToken)
    {
        var certificate = new CertificateCheck(
            options.Host, trusting: options.EffectiveSecurity == RelaySecurity.Opportunistic, time);
        client.ServerCertificateValidationCallback = certificate.Accept;
        client.CheckCertificateRevocation = false;
        var security = options.EffectiveSecurity switch
        {
            RelaySecurity.None => SecureSocketOptions.None,
            RelaySecurity.StartTls => SecureSocketOptions.StartTls,
            RelaySecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.StartTlsWhenAvailable,
        };
        try
        {
            await _patience.WaitAsync(
                t => client.ConnectAsync(socket, options.Host, options.EffectivePort, security, t), cancellationToken);
        }
        catch (SslHandshakeException e)
        {
            throw new MailboxTroubleException(certificate.Problem ?? $"The TLS handshake with {options.Host} failed.", e);
        }
        catch (NotSupportedException e)
        {
            throw new MailboxTroubleException(
                $"The server does not offer STARTTLS, which {MailboxOptions.Section}:Security demands.", e);
        }
    }

    private async Task SignInAsync(MailService client, CancellationToken cancellationToken)
    {
        var mayShow = client.IsSecure || options.AllowCleartextPassword;
        if (SignInMechanisms.Choose(options.Auth, mayShow, client.AuthenticationMechanisms) is { } name)
        {
            var mechanism = SignInMechanisms.Create(name, options.Username, options.Password);
            await _patience.WaitAsync(t => client.AuthenticateAsync(mechanism, t), cancellationToken);
        }
        else if (!mayShow)
        {
            throw new MailboxTroubleException(
                $"The session is not encrypted, so the password of {MailboxOptions.Section}:Username was not sent.");
        }
        else if (options.Auth.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            // LOGIN of IMAP, USER and PASS of POP3.
            client.AuthenticationMechanisms.Clear();
            var credentials = new NetworkCredential(options.Username, options.Password);
            await _patience.WaitAsync(t => client.AuthenticateAsync(Encoding.UTF8, credentials, t), cancellationToken);
        }
        else
        {
            throw new MailboxTroubleException(
                $"The server offers no way to sign in that {MailboxOptions.Section}:Auth permits.");
        }
    }
}
