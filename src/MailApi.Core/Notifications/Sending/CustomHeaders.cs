using System.Buffers;

namespace MailApi.Core.Notifications.Sending;

/// <summary>What an endpoint's own headers may be: nothing that ends a line, and none that the client writes.</summary>
public static class CustomHeaders
{
    private const int MaxName = 100;
    private const int MaxValue = 1_000;

    private static readonly HashSet<string> Owned = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "User-Agent", "Keep-Alive",
        "X-Request-Id", "Accept-Encoding", "Date", "HTTP2-Settings", "Alt-Used", "Close",
    };

    private static readonly string[] OwnedPrefixes = ["webhook-", "Content-", "Proxy-", "Sec-"];

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Null when the header may be sent; else why not.</summary>
    public static string? Check(string name, string value)
    {
        if (name.Length is 0 or > MaxName || name.AsSpan().ContainsAnyExcept(Token))
        {
            return "A header name has 1 to 100 characters: letters, digits and !#$%&'*+-.^_`|~ (RFC 9110).";
        }

        if (Owned.Contains(name)
            || Array.Exists(OwnedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
        {
            return $"The service writes {name} itself.";
        }

        if (value.Length > MaxValue)
        {
            return "A header value has at most 1,000 characters.";
        }

        return value.Any(c => c is not ('\t' or (>= ' ' and <= '~')))
            ? "A header value has visible ASCII characters, spaces and tabs only."
            : null;
    }
}
