namespace MailApi.Core.Suppressing;

/// <summary>Section <c>Suppressions</c>.</summary>
public sealed class SuppressionOptions
{
    public SoftBounceOptions SoftBounces { get; set; } = new();
}

/// <summary>When a mailbox that is full, or fails again and again, is left alone for a while.</summary>
public sealed class SoftBounceOptions
{
    /// <summary>So many messages in a row must have ended by a soft bounce; 0 means never.</summary>
    public int Threshold { get; set; } = 3;

    /// <summary>All of them accepted within this time.</summary>
    public TimeSpan Within { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long the address is suppressed then.</summary>
    public TimeSpan Lasts { get; set; } = TimeSpan.FromDays(14);
}
