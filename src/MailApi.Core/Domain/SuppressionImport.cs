namespace MailApi.Core.Domain;

/// <summary>A list of addresses on its way into the suppression list of a project.</summary>
public sealed class SuppressionImport : IIdentified
{
    public static string IdPrefix => "imp";

    public required Id<SuppressionImport> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required SuppressionImportStatus Status { get; set; }

    /// <summary>Addresses in the file.</summary>
    public required int Total { get; init; }

    /// <summary>Of these, looked at so far: the sum of the four below.</summary>
    public int Processed { get; set; }

    /// <summary>New on the list.</summary>
    public int Added { get; set; }

    /// <summary>On the list, with another reason or end than before.</summary>
    public int Updated { get; set; }

    /// <summary>On the list as the file says already.</summary>
    public int Unchanged { get; set; }

    /// <summary>Not taken.</summary>
    public int Failed { get; set; }

    /// <summary>The first of those that failed: a JSON array of <see cref="ImportFault"/>.</summary>
    public string Errors { get; set; } = "[]";

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>Where an import stands.</summary>
public enum SuppressionImportStatus
{
    Running,
    Completed,
}

/// <summary>The file of an import, kept until every line of it has been looked at.</summary>
public sealed class SuppressionImportContent
{
    public required Id<SuppressionImport> ImportId { get; init; }

    /// <summary>As it was sent.</summary>
    public required byte[] Csv { get; init; }
}

/// <summary>Why a line of an import was not taken.</summary>
/// <param name="Line">Counts from 1, the header included.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Detail">A sentence.</param>
public sealed record ImportFault(int Line, string Code, string Detail);
