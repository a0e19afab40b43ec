using MailApi.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MailApi.Hosting;

/// <summary>The contract as OpenAPI 3.1, made from the routes, the records and the validators themselves.</summary>
internal static class OpenApi
{
    public const string DocumentName = "openapi";
    private const string Scheme = "api_key";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddTransient<ISerializerDataContractResolver>(provider =>
            new JsonSerializerDataContractResolver(provider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions));
        services.AddSwaggerGen(o =>
        {
            o.SwaggerDoc(DocumentName, Info());
            o.SupportNonNullableReferenceTypes();
            o.NonNullableReferenceTypesAsRequired();
            o.IncludeXmlComments(typeof(OpenApi).Assembly);
            o.AddSecurityDefinition(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A key: mk_live_… or mk_test_….",
            });
            o.SchemaFilter<WireShapes>();
            o.SchemaFilter<ValidatorLimits>();
            o.OperationFilter<OperationNotes>();
            o.DocumentFilter<SecurityNotes>();
        });
        services.AddSingleton<OperationNotes>();
    }

    public static void MapOpenApiDocument(this WebApplication app)
    {
        app.MapSwagger("/{documentName}.{extension:regex(^(json|ya?ml)$)}", o => o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1)
            .ExcludeFromDescription();
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = "docs";
            o.DocumentTitle = "MailApi";
            o.SwaggerEndpoint($"/{DocumentName}.json", "MailApi");
            o.EnablePersistAuthorization();
            o.EnableTryItOutByDefault();
        });
    }

    private static OpenApiInfo Info() => new()
    {
        Title = "MailApi",
        Version = "v1",
        Description =
            $"""
            The transactional email API that you run yourself: send, follow, retry, suppress.

            Errors are `application/problem+json` (RFC 9457) with a stable `code`:

            | Code | Status | Meaning |
            |---|---|---|
            {string.Join('\n', ProblemCodes.All.Select(p => $"| `{p.Code}` | {p.Status} | {p.Meaning} |"))}
            """,
    };

    /// <summary>Says that everything under /v1 wants a key, but for what relays post, and what each noun is.</summary>
    private sealed class SecurityNotes : IDocumentFilter
    {
        private static readonly Dictionary<string, string> Tags = new()
        {
            ["Messages"] = "Send, and see what became of it.",
            ["Events"] = "Everything that happened, to be followed by cursor.",
            ["Stats"] = "How much of what happened.",
            ["Templates"] = "What messages are made from: stored, versioned, rendered before anything is queued.",
            ["Suppressions"] = "Addresses that a project does not write to.",
            ["Bounces"] = "What became of messages after a relay had taken them.",
            ["Webhooks"] = "Endpoints that are told what happens: signed, retried, logged, replayed.",
            ["Relays"] = "What relays post of their own accord; each is open when its settings are there.",
            ["API keys"] = "Who may do what.",
            ["Projects"] = "Tenants; for admin keys.",
            ["Health"] = "For those who watch.",
        };

        public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
        {
            foreach (var tag in swaggerDoc.Tags ?? new HashSet<OpenApiTag>())
            {
                tag.Description = Tags.GetValueOrDefault(tag.Name!);
            }

            var open = context.ApiDescriptions
                .Where(d => d.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
                .Select(d => $"/{d.RelativePath}").ToHashSet();
            foreach (var (path, item) in swaggerDoc.Paths)
            {
                foreach (var operation in item.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
                {
                    operation.Security = path.StartsWith("/v1", StringComparison.Ordinal) && !open.Contains(path)
                        ? [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, swaggerDoc)] = [] }]
                        : [];
                }
            }
        }
    }
}
