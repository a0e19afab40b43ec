using System.Text;

namespace MailApi.Core.Bounces.Replies;

/// <summary>The words of a reply on one line.</summary>
internal static class ReplyText
{
    private const int MaxLength = 4096;

    /// <summary>
    /// Joins the lines, so that a phrase broken over two of them is found, in small letters, and leaves out the codes at
    /// their starts and all mail addresses: the mailbox <c>spam@</c> says nothing about spam.
    /// </summary>
    public static string Flatten(string response)
    {
        var source = response.Length > MaxLength ? response[..MaxLength] : response;
        var text = new StringBuilder(source.Length);
        foreach (var line in source.Split('\n'))
        {
            Append(text, WithoutAddresses(WithoutCodes(line.Trim())));
        }

        return text.ToString().TrimEnd();
    }

    private static string WithoutCodes(string line)
    {
        var startsWithCode = line.Length > 3 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0
            && line[3] is ' ' or '-';
        var rest = (startsWithCode ? line[4..] : line).TrimStart();
        var end = rest.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? space : rest.Length;
        return EnhancedStatusCode.TryFind(rest[..end], out var code) && code.Length == end ? rest[end..] : rest;
    }

    private static string WithoutAddresses(string line)
    {
        if (!line.Contains('@', StringComparison.Ordinal))
        {
            return line;
        }

        var text = new StringBuilder(line);
        foreach (var address in Enumerable.Reverse(AddressScanner.FindAll(line)))
        {
            text.Remove(address.Start, address.Length);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string line)
    {
        foreach (var c in line)
        {
            switch (c)
            {
                case '<' or '>' or '"' or '`':
                    break;
                case '’' or '‘':
                    text.Append('\'');
                    break;
                case var _ when char.IsWhiteSpace(c):
                    AppendSpace(text);
                    break;
                default:
                    text.Append(char.ToLowerInvariant(c));
                    break;
            }
        }

        AppendSpace(text);
    }

    private static void AppendSpace(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != ' ')
        {
            text.Append(' ');
        }
    }
}
