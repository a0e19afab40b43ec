using System.Text.Json;
using System.Text.Json.Nodes;
using MailApi.Http;
using MailApi.Messages.Sending;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MailApi.Hosting;

/// <summary>Adds to each operation what its route says of itself: example, query parameters, headers, codes.</summary>
internal sealed class OperationNotes(IOptions<JsonOptions> json) : IOperationFilter
{
    private static readonly Dictionary<string, (JsonSchemaType Type, string Text)> Queries = new()
    {
        ["status"] = (JsonSchemaType.String, "scheduled, queued, sending, completed or cancelled."),
        ["recipient"] = (JsonSchemaType.String, "An address, in any spelling."),
        ["from"] = (JsonSchemaType.String, "The author's address."),
        ["tag"] = (JsonSchemaType.String, "One of the tags."),
        ["template"] = (JsonSchemaType.String, "The slug or the id of the template."),
        ["type"] = (JsonSchemaType.String, "The type of event: message.delivered."),
        ["message_id"] = (JsonSchemaType.String, "Events of this message."),
        ["event_id"] = (JsonSchemaType.String, "Deliveries of this event."),
        ["reason"] = (JsonSchemaType.String, "hard_bounce, soft_bounce, complaint, unsubscribe or manual."),
        ["since"] = (JsonSchemaType.String, "Not before this time (RFC 3339)."),
        ["until"] = (JsonSchemaType.String, "Before this time (RFC 3339)."),
        ["interval"] = (JsonSchemaType.String, "hour (for up to 31 days) or day (for up to 400 days, default), in UTC."),
        ["group_by"] = (JsonSchemaType.String, "tag, template, domain or relay."),
        ["cursor"] = (JsonSchemaType.String, "next_cursor of the page before."),
        ["limit"] = (JsonSchemaType.Integer, "Rows per page, 1 to 100; default 25."),
        ["order"] = (JsonSchemaType.String, "asc or desc."),
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var name in metadata.OfType<QueryNames>().SelectMany(q => q.Names))
        {
            var (type, text) = Queries[name];
            var meant = metadata.OfType<QueryMeaning>().FirstOrDefault(m => m.Name == name)?.Text ?? text;
            operation.Parameters.Add(Parameter(name, ParameterLocation.Query, type, meant));
        }

        if (operation.OperationId is "sendMessage" or "sendBatch")
        {
            var key = Parameter(
                Idempotency.Header, ParameterLocation.Header, JsonSchemaType.String,
                "Makes it safe to send the request again, for 24 hours. 1 to 256 visible ASCII characters.");
            operation.Parameters.Add(key);
        }

        if (metadata.OfType<BodyExample>().FirstOrDefault() is { } example && operation.RequestBody?.Content is { } content)
        {
            foreach (var media in content.Values)
            {
                media.Example = JsonNode.Parse(JsonSerializer.Serialize(example.Value, json.Value.SerializerOptions));
            }
        }

        if (metadata.OfType<OtherBody>().FirstOrDefault() is { } other && operation.RequestBody?.Content is { } bodies)
        {
            bodies[other.ContentType] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = other.Description },
                Example = other.Example is { } text ? JsonValue.Create(text) : null,
            };
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            Describe((OpenApiResponse)response, status);
        }
    }

    private static void Describe(OpenApiResponse response, string status)
    {
        var codes = ProblemCodes.All.Where(p => $"{p.Status}" == status).Select(p => $"`{p.Code}`").ToList();
        if (codes.Count > 0)
        {
            response.Description = $"Codes: {string.Join(", ", codes)}.";
        }

        response.Headers ??= new Dictionary<string, IOpenApiHeader>();
        response.Headers[RequestId.Header] = Header("Names this answer in the log.");
        if (status is "429" or "503" or "409")
        {
            response.Headers["Retry-After"] = Header("Seconds to wait.");
        }

        if (status == "202")
        {
            response.Headers["Location"] = Header("Where it can be looked at.");
        }
    }

    private static OpenApiHeader Header(string text) =>
        new() { Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static OpenApiParameter Parameter(string name, ParameterLocation place, JsonSchemaType type, string text) =>
        new() { Name = name, In = place, Description = text, Schema = new OpenApiSchema { Type = type } };
}
