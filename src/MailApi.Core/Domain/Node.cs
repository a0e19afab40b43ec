namespace MailApi.Core.Domain;

/// <summary>A running process. Its leases last as long as it keeps saying that it is alive.</summary>
public sealed class Node
{
    public required Guid Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset AliveUntil { get; set; }
}
