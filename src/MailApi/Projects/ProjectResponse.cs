using FluentValidation;
using MailApi.Core.Domain;

namespace MailApi.Projects;

/// <summary>A tenant.</summary>
public sealed record ProjectResponse(Id<Project> Id, string Name, DateTimeOffset CreatedAt)
{
    internal static ProjectResponse Of(Project project) => new(project.Id, project.Name, project.CreatedAt);
}

/// <summary>A name for a project.</summary>
public sealed record CreateProjectRequest(string Name);

/// <summary>What to change.</summary>
public sealed record UpdateProjectRequest(string? Name = null);

internal sealed class CreateProjectRequestValidator : AbstractValidator<CreateProjectRequest>
{
    public CreateProjectRequestValidator() => RuleFor(p => p.Name).NotEmpty().WithErrorCode("required")
        .MaximumLength(200).WithErrorCode("too_long")
        .Must(n => n?.Contains('\0', StringComparison.Ordinal) != true).WithErrorCode("invalid_character");
}

internal sealed class UpdateProjectRequestValidator : AbstractValidator<UpdateProjectRequest>
{
    public UpdateProjectRequestValidator() => RuleFor(p => p.Name)
        .Must(n => n is null || n.Length > 0).WithErrorCode("required").WithMessage("A name is not empty.")
        .MaximumLength(200).WithErrorCode("too_long")
        .Must(n => n?.Contains('\0', StringComparison.Ordinal) != true).WithErrorCode("invalid_character");
}
