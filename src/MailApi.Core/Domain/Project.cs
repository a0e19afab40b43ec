namespace MailApi.Core.Domain;

/// <summary>A tenant: everything else belongs to one, and is seen by its keys only.</summary>
public sealed class Project : IIdentified
{
    public static string IdPrefix => "prj";

    public required Id<Project> Id { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
