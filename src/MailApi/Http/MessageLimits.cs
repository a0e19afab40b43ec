using System.ComponentModel.DataAnnotations;

namespace MailApi.Http;

/// <summary>Section <c>Limits</c>: how large things may be.</summary>
public sealed class MessageLimits
{
    /// <summary>To, cc and bcc together; default 50.</summary>
    [Range(1, 1_000)]
    public int Recipients { get; set; } = 50;

    /// <summary>Bytes of the finished MIME; default 25 MiB.</summary>
    [Range(1_024, 100 << 20)]
    public int MessageBytes { get; set; } = 25 << 20;

    /// <summary>Messages per batch; default 100.</summary>
    [Range(1, 1_000)]
    public int BatchMessages { get; set; } = 100;

    /// <summary>Bytes of a request's body; default 50 MiB.</summary>
    [Range(1_024, 200 << 20)]
    public int BodyBytes { get; set; } = 50 << 20;

    /// <summary>Characters of a subject; default 998 (RFC 5322 §2.1.1).</summary>
    [Range(1, 998)]
    public int Subject { get; set; } = 998;

    /// <summary>Characters of html, and of text; default 5 MiB each.</summary>
    [Range(1, 50 << 20)]
    public int Body { get; set; } = 5 << 20;

    /// <summary>Attachments per message; default 20.</summary>
    [Range(0, 200)]
    public int Attachments { get; set; } = 20;

    /// <summary>Tags per message; default 10.</summary>
    [Range(0, 100)]
    public int Tags { get; set; } = 10;

    /// <summary>Characters of a tag; default 64.</summary>
    [Range(1, 500)]
    public int Tag { get; set; } = 64;

    /// <summary>Entries of metadata; default 20.</summary>
    [Range(0, 100)]
    public int Metadata { get; set; } = 20;

    /// <summary>Characters of a metadata name; default 40.</summary>
    [Range(1, 500)]
    public int MetadataName { get; set; } = 40;

    /// <summary>Characters of a metadata value; default 500.</summary>
    [Range(1, 10_000)]
    public int MetadataValue { get; set; } = 500;

    /// <summary>Custom header fields; default 50.</summary>
    [Range(0, 200)]
    public int Headers { get; set; } = 50;

    /// <summary>Characters of a custom header value; default 998.</summary>
    [Range(1, 998)]
    public int Header { get; set; } = 998;

    /// <summary>Bytes of the data for a template; default 100 KiB.</summary>
    [Range(2, 10 << 20)]
    public int TemplateData { get; set; } = 100 << 10;

    /// <summary>How far ahead <c>send_at</c> may lie; default 30 days.</summary>
    public TimeSpan SendAtAhead { get; set; } = TimeSpan.FromDays(30);
}
