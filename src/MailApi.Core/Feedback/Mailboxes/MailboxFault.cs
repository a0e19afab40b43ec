using System.Net.Sockets;
using MailKit;
using MailKit.Security;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>The mailbox cannot be used; the message is a sentence that names the setting to blame, if one is.</summary>
internal sealed class MailboxTroubleException(string reason, Exception? cause = null) : Exception(reason, cause);

/// <summary>What servers and networks do wrong.</summary>
internal static class MailboxFault
{
    public static bool Is(Exception exception) => exception is MailboxTroubleException
        or ProtocolException or CommandException or ServiceNotConnectedException or ServiceNotAuthenticatedException
        or FolderNotFoundException or FolderNotOpenException or AuthenticationException or SaslException
        or SslHandshakeException or IOException or SocketException or TimeoutException;

    /// <summary>For the log: not the server's words, in which addresses may stand.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        MailboxTroubleException => exception.Message,
        AuthenticationException or SaslException => "The server refused Bounces:Mailbox:Username and its password.",
        FolderNotFoundException => "A folder of Bounces:Mailbox does not exist.",
        CommandException => "The server refused a command.",
        ProtocolException => "The server broke the protocol or hung up.",
        TimeoutException => "The server did not answer within Bounces:Mailbox:CommandTimeout.",
        _ => "The connection was lost.",
    };
}
