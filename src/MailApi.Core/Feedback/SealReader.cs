using MailApi.Core.Domain;

namespace MailApi.Core.Feedback;

/// <summary>
/// Finds a sealed id in what a stranger wrote: a Message-ID, a return path, also rewritten by servers on the way
/// (<c>SRS0=…=b+id@…</c>) or folded to upper case. Whatever has no valid seal is not found.
/// </summary>
internal static class SealReader
{
    private const int IdLength = 26;

    /// <summary>Longer texts are not looked at beyond this.</summary>
    private const int MaxText = 1000;

    public static SealedId? Find(MessageSeals seals, ReadOnlySpan<char> text)
    {
        text = text.Length > MaxText ? text[..MaxText] : text;
        for (var start = 0; start < text.Length; start++)
        {
            var word = WordAt(text, start);
            if (word.Length == IdLength + MessageSeals.Length
                && seals.TryOpen(word[..IdLength], word[IdLength..], SealPurpose.ReturnPath, out var id))
            {
                return new SealedId(id, SealPurpose.ReturnPath);
            }

            var dot = start + word.Length;
            if (word.Length == IdLength && dot < text.Length && text[dot] == '.'
                && seals.TryOpen(word, WordAt(text, dot + 1), SealPurpose.MessageId, out id))
            {
                return new SealedId(id, SealPurpose.MessageId);
            }

            start += word.Length;
        }

        return null;
    }

    private static ReadOnlySpan<char> WordAt(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return text[start..end];
    }
}

/// <summary>An id whose seal is right, and what it stood in.</summary>
internal readonly record struct SealedId(Id<Message> Id, SealPurpose Purpose);
