using System.Net.Security;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>The server's side of the TLS handshake, as the script plays it.</summary>
internal static class SmtpTls
{
    /// <summary>A ServerHello for TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 §7.4.1.3).</summary>
    private static readonly byte[] OldServerHello =
        [0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, .. Enumerable.Repeat((byte)7, 32), 0, 0, 0x2F, 0];

    /// <summary>What follows: <see cref="Then.Continue"/> when the connection is now encrypted.</summary>
    public static async Task<Then> HandshakeAsync(SmtpWire wire, SmtpScript script, CancellationToken cancellationToken)
    {
        if (script.Handshake == TlsPlay.Complete)
        {
            var tls = new SslStream(wire.Below);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = script.Certificate }, cancellationToken);
            wire.Upgrade(tls);
            return Then.Continue;
        }

        await wire.ReadAsync(cancellationToken);
        switch (script.Handshake)
        {
            case TlsPlay.OnlyTls10:
                await wire.WriteAsync(OldServerHello, cancellationToken);
                return Then.Stall;
            case TlsPlay.Close:
                return Then.Close;
            default:
                return Then.Stall;
        }
    }
}
