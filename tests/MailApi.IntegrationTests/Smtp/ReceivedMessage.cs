using System.Security.Authentication;
using System.Text;
using MimeKit;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>A message that reached its final dot.</summary>
internal sealed record ReceivedMessage
{
    public required int Connection { get; init; }

    public required string Sender { get; init; }

    /// <summary>The recipients that were accepted in this transaction.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>The parameters of MAIL.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>As sent, after dot-unstuffing; ends with CRLF.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Null in clear.</summary>
    public required SslProtocols? Tls { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public string Text => Encoding.UTF8.GetString(Bytes);

    public MimeMessage Mime => MimeMessage.Load(new MemoryStream(Bytes));
}
