using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Templates;

/// <summary>Templates: stored, versioned, and looked at before they go out.</summary>
internal static class TemplateRoutes
{
    public static void MapTemplates(this RouteGroupBuilder v1)
    {
        var templates = v1.MapGroup("/templates").WithTags("Templates").RequireScope(Scopes.Templates);
        MapCollection(templates);
        MapVersions(templates.MapGroup("/{template}"));
        MapUses(templates.MapGroup("/{template}"));

        v1.MapGroup("/templates").WithTags("Templates").RequireScope(Scopes.Admin)
            .MapPost("/{template}/copy", CopyTemplate.HandleAsync)
            .WithName("copyTemplate").WithExample(TemplateExamples.Copy)
            .WithSummary("Copy what is live into another project").WithDescription(
                "409 template_conflict when the other project has something else under the slug; nothing is copied then.")
            .Produces<TemplateResponse>().Produces<TemplateResponse>(StatusCodes.Status201Created)
            .Declare(400, 401, 403, 404, 409, 422, 429);
    }

    private static void MapCollection(RouteGroupBuilder templates)
    {
        templates.MapPost("/", CreateTemplate.HandleAsync)
            .WithName("createTemplate").WithExample(TemplateExamples.Create)
            .WithSummary("Create a template with its first version").WithDescription(
                "The version goes live unless publish is false.")
            .Produces<TemplateResponse>(StatusCodes.Status201Created).Declare(400, 401, 403, 409, 413, 422, 429);
        templates.MapGet("/", ListTemplates.HandleAsync)
            .WithName("listTemplates").WithSummary("List templates, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<TemplateSummaryResponse>>().Declare(400, 401, 403, 429);
        templates.MapGet("/{template}", GetTemplate.HandleAsync)
            .WithName("getTemplate").WithSummary("Get a template with the content that is live")
            .Produces<TemplateResponse>().Declare(400, 401, 403, 404, 429);
        templates.MapPatch("/{template}", UpdateTemplate.HandleAsync)
            .WithName("updateTemplate").WithExample(TemplateExamples.Update)
            .WithSummary("Rename a template, or change what is live").WithDescription(
                "Any of the content makes a new version that differs from the live one in what is given.")
            .Produces<TemplateResponse>().Declare(400, 401, 403, 404, 409, 413, 422, 429);
        templates.MapDelete("/{template}", DeleteTemplate.HandleAsync)
            .WithName("deleteTemplate").WithSummary("Delete a template with all its versions")
            .Produces(StatusCodes.Status204NoContent).Declare(400, 401, 403, 404, 409, 429);
    }

    private static void MapVersions(RouteGroupBuilder template)
    {
        template.MapPost("/versions", CreateVersion.HandleAsync)
            .WithName("createTemplateVersion").WithExample(TemplateExamples.Version)
            .WithSummary("Add a version, as a draft").Produces<VersionResponse>(StatusCodes.Status201Created)
            .Declare(400, 401, 403, 404, 413, 422, 429);
        template.MapGet("/versions", ListVersions.HandleAsync)
            .WithName("listTemplateVersions").WithSummary("List versions, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<VersionResponse>>().Declare(400, 401, 403, 404, 429);
        template.MapGet("/versions/{version}", GetVersion.HandleAsync)
            .WithName("getTemplateVersion").WithSummary("Get a version, however old")
            .Produces<VersionResponse>().Declare(400, 401, 403, 404, 429);
        template.MapPost("/publish", PublishTemplate.HandleAsync)
            .WithName("publishTemplate").WithExample(TemplateExamples.Publish)
            .WithSummary("Make a version live; an older one rolls back")
            .Produces<TemplateResponse>().Declare(400, 401, 403, 404, 422, 429);
    }

    private static void MapUses(RouteGroupBuilder template) => template.MapPost(
            "/render",
            (string template, RenderTemplateRequest request, ApiCaller caller, HttpContext context, PreviewTemplate operation,
                CancellationToken cancellationToken) =>
                operation.HandleAsync(template, request, caller, context, cancellationToken))
        .WithName("renderTemplate").WithExample(TemplateExamples.Render)
        .WithSummary("Render a template without sending it").WithDescription(
            "The same rendering as that of a send. Accept: text/html answers the page itself.")
        .Produces<RenderedTemplateResponse>(StatusCodes.Status200OK, "application/json", HtmlPage.MediaType)
        .Declare(400, 401, 403, 404, 413, 422, 429);
}

/// <summary>Bodies for the documentation to try.</summary>
internal static class TemplateExamples
{
    public static readonly object Create = new
    {
        Slug = "welcome",
        Name = "Welcome",
        Subject = "Welcome, {{ name }}",
        Html = "<style>h1 { color: #036 }</style><h1>Hi {{ name }}</h1><p><a href=\"{{ url }}\">Confirm your address</a></p>",
        Preheader = "One click and you are in",
    };

    public static readonly object Update = new { Subject = "Welcome to Acme, {{ name }}" };

    public static readonly object Version = new
    {
        Locale = "de",
        Subject = "Willkommen, {{ name }}",
        Html = "<h1>Hallo {{ name }}</h1><p><a href=\"{{ url }}\">Adresse bestätigen</a></p>",
    };

    public static readonly object Publish = new { Version = 2 };

    public static readonly object Render = new { Locale = "de-AT", Data = new { name = "Ann", url = "https://acme.example/c/8123" } };

    public static readonly object Copy = new { ProjectId = "prj_01jd9zt6x7f8k9m2n3p4q5r6s7", OnConflict = "new_version" };
}
