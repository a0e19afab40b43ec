using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailApi.Core.Notifications.Sending;

/// <summary>The start of an answer's body for a human to read: bounded, and harmless wherever it is shown.</summary>
internal static class AnswerText
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxCharacters = 1_024;

    /// <summary>Reads until the end or a bound; what came until then is the answer, null when nothing came.</summary>
    /// <param name="content">The body.</param>
    /// <param name="hide">Takes out what must not be shown.</param>
    /// <param name="cancellationToken">Ends the reading, without an exception.</param>
    public static async Task<string?> ReadAsync(
        HttpContent content, Func<string, string> hide, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            var length = await FillAsync(content, buffer.AsMemory(0, MaxBytes), cancellationToken);
            return length == 0 ? null
                : content.Headers.ContentEncoding.Count > 0 ? "(a compressed body, which is not unpacked)"
                : MakeHarmless(hide(Encoding.UTF8.GetString(buffer, 0, Math.Min(length, MaxCharacters * 4))));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> FillAsync(
        HttpContent content, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (length < buffer.Length && await stream.ReadAsync(buffer[length..], cancellationToken) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // The status has decided; a body that hangs or breaks off changes nothing.
        }

        return length;
    }

    /// <summary>No control or formatting characters but line feeds and tabs, and no half of a surrogate pair.</summary>
    private static string MakeHarmless(string text)
    {
        var safe = new StringBuilder(MaxCharacters);
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length + rune.Utf16SequenceLength > MaxCharacters)
            {
                break;
            }

            if (rune.Value != '\r')
            {
                safe.Append(IsShown(rune) ? rune : Rune.ReplacementChar);
            }
        }

        return safe.ToString();
    }

    private static bool IsShown(Rune rune) => rune.Value is '\n' or '\t'
        || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
