using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailApi.Core.Domain;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// Begins TLS below MailKit, which would otherwise encrypt what <see cref="GuardedStream"/> has to see: whatever has been
/// said in clear until then, MailKit hears again from the stream, and not from the server.
/// </summary>
internal sealed class Encryption(
    GuardedStream stream, PhaseClock clock, ReplyTap tap, CertificateCheck certificate, RelayOptions options)
{
    private readonly byte[] _ehlo = Encoding.ASCII.GetBytes($"EHLO {options.EhloName}\r\n");

    /// <summary>TLS from the first octet (RFC 8314 §3.3).</summary>
    public Task BeginAsync(CancellationToken cancellationToken)
    {
        clock.Enter(SmtpPhase.Tls);
        return stream.EncryptAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = certificate.Accept,
            },
            cancellationToken);
    }

    /// <summary>
    /// STARTTLS (RFC 3207) if the server offers it. False when it does and then refuses; true whenever the conversation can
    /// go on.
    /// </summary>
    public async Task<bool> NegotiateAsync(CancellationToken cancellationToken)
    {
        clock.Enter(SmtpPhase.Banner);
        var greeting = await ReadReplyAsync(cancellationToken);
        if (!IsPositive(greeting))
        {
            stream.Repeat(greeting);
            return true;
        }

        var offer = await AskAsync(_ehlo, cancellationToken);
        if (!IsPositive(offer) || !Offers(offer))
        {
            stream.Repeat(greeting, _ehlo, offer);
            return true;
        }

        if (!IsPositive(await AskAsync("STARTTLS\r\n"u8.ToArray(), cancellationToken)))
        {
            return false;
        }

        tap.ThrowIfUnasked();
        await BeginAsync(cancellationToken);
        stream.Repeat(greeting);
        return true;
    }

    private static bool IsPositive(byte[] reply) => reply is [(byte)'2', ..];

    private static bool Offers(byte[] reply) => Encoding.ASCII.GetString(reply).Split("\r\n")
        .Any(line => line.Length > 4 && line[4..].Trim().Equals("STARTTLS", StringComparison.OrdinalIgnoreCase));

    private async Task<byte[]> AskAsync(byte[] command, CancellationToken cancellationToken)
    {
        tap.LogClient(command, 0, command.Length);
        await stream.WriteAsync(command, cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    private async Task<byte[]> ReadReplyAsync(CancellationToken cancellationToken)
    {
        using var reply = new MemoryStream();
        var buffer = new byte[1024];
        while (!tap.HasReplies)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(), cancellationToken);
            if (count == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            tap.LogServer(buffer, 0, count);
            reply.Write(buffer, 0, count);
        }

        return reply.ToArray();
    }
}
