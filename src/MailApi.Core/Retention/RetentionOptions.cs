namespace MailApi.Core.Retention;

/// <summary>Section <c>Retention</c>: how long things are kept after a message has reached its end.</summary>
public sealed class RetentionOptions
{
    /// <summary>Bodies and attachments; default 30 days.</summary>
    public TimeSpan Content { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Messages, recipients, attempts and events; default 90 days.</summary>
    public TimeSpan Log { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What endpoints were told; default 30 days.</summary>
    public TimeSpan Webhooks { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Hourly statistics; default 400 days.</summary>
    public TimeSpan Stats { get; set; } = TimeSpan.FromDays(400);

    /// <summary>Rows removed in one transaction; default 500.</summary>
    public int BatchSize { get; set; } = 500;
}
