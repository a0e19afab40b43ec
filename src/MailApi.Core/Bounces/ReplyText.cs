using System.Text;

namespace MailApi.Core.Bounces;

/// <summary>The words of a reply on one line.</summary>
internal static class ReplyText
{
    /// <summary>
    /// Joins the lines, so that a phrase broken over two of them is found, and leaves out the codes at their starts and
    /// all mail addresses: the mailbox <c>spam@</c> says nothing about spam.
    /// </summary>
    public static string Flatten(string response)
    {
        var text = new StringBuilder(response.Length);
        foreach (var line in response.Split('\n'))
        {
            AppendWords(text, WithoutCode(line.Trim()));
        }

        return text.ToString();
    }

    private static string WithoutCode(string line)
    {
        var startsWithCode = line.Length > 3 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0
            && line[3] is ' ' or '-';
        return startsWithCode ? line[4..] : line;
    }

    private static void AppendWords(StringBuilder text, string line)
    {
        var isFirst = true;
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var isCode = isFirst && EnhancedStatusCode.TryFind(word, out var code) && code.Length == word.Length;
            isFirst = false;
            if (isCode)
            {
                continue;
            }

            var at = word.Contains('@', StringComparison.Ordinal);
            var bracket = word.IndexOf('<', StringComparison.Ordinal);
            text.Append(at ? word[..Math.Max(bracket, 0)] : word).Append(' ');
        }
    }
}
