using System.Buffers;
using MimeKit;

namespace MailApi.Core.Composing;

/// <summary>Why a header field is refused.</summary>
public sealed record HeaderRefusal(string Code, string Detail);

/// <summary>What may stand in a header: nothing that ends a line, and no field that is the service's own.</summary>
public static class HeaderRules
{
    private const int MaxName = 76;
    private const int MaxContentId = 128;

    private static readonly HashSet<string> Owned = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Date", "Subject", "Message-ID", "MIME-Version",
        "DKIM-Signature", "Return-Path", "Received", "Authentication-Results",
    };

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\0\u0085\u2028\u2029");

    private static readonly string[] OwnedPrefixes = ["Content-", "ARC-", "Resent-"];

    /// <summary>Null when the field may be added; else why not.</summary>
    public static HeaderRefusal? Refusal(string name, string value)
    {
        if (name.Length is 0 or > MaxName || !name.All(c => c is > ' ' and < '\u007f' and not ':'))
        {
            return new HeaderRefusal("invalid_header", "A header name has 1 to 76 visible ASCII characters and no colon.");
        }

        if (Owned.Contains(name) || Array.Exists(OwnedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
        {
            return new HeaderRefusal("reserved_header", $"The service writes {name} itself.");
        }

        return value.Any(c => char.IsControl(c) && c != '\t')
            ? new HeaderRefusal("invalid_header", "A header value has no line breaks or control characters.")
            : null;
    }

    /// <summary>True for text that would end a header field.</summary>
    public static bool HasLineBreakOrNul(string text) => text.AsSpan().ContainsAny(LineEnds);

    /// <summary>True for <c>type/subtype</c>, with parameters or without (RFC 2045 §5.1).</summary>
    public static bool IsMediaType(string text) =>
        !text.Any(char.IsControl) && ContentType.TryParse(text, out var type)
        && IsToken(type.MediaType) && IsToken(type.MediaSubtype)
        && !type.MediaType.Equals("multipart", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for what can stand between the angle brackets of a Content-ID.</summary>
    public static bool IsContentId(string text) =>
        text.Length is > 0 and <= MaxContentId && text.All(c => c is > ' ' and < '\u007f' and not ('<' or '>' or '(' or ')' or '"' or '\\'));

    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(c => c is > ' ' and < '\u007f' && !"()<>@,;:\\\"/[]?=".Contains(c, StringComparison.Ordinal));
}
