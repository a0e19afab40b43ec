namespace MailApi.Core.Domain;

/// <summary>Counts the changes to something that is kept in memory, so that a glance tells whether it is still current.</summary>
public sealed class Revision
{
    /// <summary>Of the endpoints that listen.</summary>
    public const string Webhooks = "webhooks";

    public required string Name { get; init; }

    public required long Number { get; set; }
}
