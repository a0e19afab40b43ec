namespace MailApi.Core.Domain;

/// <summary>Something random that the first start made and all nodes share. It never leaves the database but into memory.</summary>
public sealed class Secret
{
    /// <summary>Seals ids of messages.</summary>
    public const string MessageSeals = "message_seals";

    public required string Name { get; init; }

    public required byte[] Value { get; init; }
}
