using MimeKit;

namespace MailApi.Core.Bounces.Reports;

/// <summary>The parts of a mail that may tell of a delivery, each in its place.</summary>
internal sealed class MailContent
{
    private const int MaxParts = 64;
    private const int MaxText = 128 * 1024;

    private int _parts;
    private int _textLength;

    private MailContent(Fields headers) => Headers = headers;

    public Fields Headers { get; }

    /// <summary>True for <c>multipart/report</c>, with or without the parts that belong into one.</summary>
    public bool IsReport { get; private set; }

    /// <summary>What people read, one entry for each part.</summary>
    public List<string> Texts { get; } = [];

    public string Text => string.Join("\n\n", Texts);

    /// <summary>Delivery statuses (RFC 3464, RFC 6533).</summary>
    public List<string> Statuses { get; } = [];

    /// <summary>Feedback reports (RFC 5965).</summary>
    public List<string> Feedback { get; } = [];

    /// <summary>True for a receipt of reading (RFC 8098), which is no report of delivery.</summary>
    public bool IsReadReceipt { get; private set; }

    /// <summary>The header of the message that came back.</summary>
    public Fields? Original { get; set; }

    /// <summary>The message that came back, when it came whole.</summary>
    public MimeMessage? Enclosed { get; private set; }

    public static MailContent Of(MimeMessage message)
    {
        var content = new MailContent(Fields.Of(message.Headers));
        content.Visit(message.Body, 0);
        return content;
    }

    private void Visit(MimeEntity? entity, int depth)
    {
        if (entity is null || ++_parts > MaxParts || depth > ReportReader.MaxDepth)
        {
            return;
        }

        switch (entity)
        {
            case Multipart multipart:
                VisitMultipart(multipart, depth);
                break;
            case MessagePart enclosed when entity is not MessagePartial:
                Enclosed ??= enclosed.Message;
                Original ??= enclosed.Message is null ? null : Fields.Of(enclosed.Message.Headers);
                break;
            case MimePart part:
                VisitPart(part, part.ContentType);
                break;
        }
    }

    private void VisitMultipart(Multipart multipart, int depth)
    {
        IsReport |= multipart.ContentType.IsMimeType("multipart", "report");
        if (multipart.Count == 0)
        {
            // The boundary is never used: all there is stands before it.
            AddText(multipart.Preamble ?? multipart.Epilogue);
            return;
        }

        if (multipart.ContentType.IsMimeType("multipart", "alternative"))
        {
            Visit(multipart.FirstOrDefault(e => e.ContentType.IsMimeType("text", "plain")) ?? multipart[0], depth + 1);
            return;
        }

        foreach (var child in multipart)
        {
            Visit(child, depth + 1);
        }
    }

    private void VisitPart(MimePart part, ContentType type)
    {
        var subtype = type.MediaSubtype.ToLowerInvariant();
        switch (type.MediaType.ToLowerInvariant())
        {
            case "message" or "text" when subtype is "delivery-status" or "global-delivery-status":
                Statuses.Add(PartText.Of(part, MaxText));
                break;
            case "message" when subtype is "feedback-report":
                Feedback.Add(PartText.Of(part, MaxText));
                break;
            case "message" when subtype is "disposition-notification" or "global-disposition-notification":
                IsReadReceipt = true;
                break;
            case "message" or "text" when subtype is "rfc822-headers" or "global-headers" or "rfc822":
                Original ??= Fields.ParseGroups(PartText.Of(part, MaxText)).FirstOrDefault();
                break;
            case "text" when subtype is "html":
                AddText(HtmlWords.Of(PartText.Of(part, MaxText)));
                break;
            case "text":
                AddText(PartText.Of(part, MaxText));
                break;
        }
    }

    private void AddText(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || _textLength >= MaxText)
        {
            return;
        }

        var kept = text.Length > MaxText - _textLength ? text[..(MaxText - _textLength)] : text;
        _textLength += kept.Length;
        Texts.Add(kept.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
    }
}
