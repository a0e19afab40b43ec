using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailApi.Core.Domain;
using MailApi.Http;
using MailApi.Messages.Sending;
using MailApi.Suppressions;
using MailApi.Templates;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MailApi.Hosting;

/// <summary>Types that look otherwise on the wire than in C#.</summary>
internal sealed class WireShapes(IOptions<MessageLimits> limits) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema shape)
        {
            return;
        }

        var type = Nullable.GetUnderlyingType(context.Type) ?? context.Type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>))
        {
            Clear(shape, JsonSchemaType.String);
            var prefix = (string)type.GetGenericArguments()[0].GetProperty(nameof(IIdentified.IdPrefix))!.GetValue(null)!;
            shape.Example = JsonValue.Create($"{prefix}_01jd9zt6x7f8k9m2n3p4q5r6s7");
        }
        else if (type == typeof(AddressInput))
        {
            Clear(shape, null);
            shape.OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.String, Example = JsonValue.Create("Ann <ann@example.net>") },
                context.SchemaGenerator.GenerateSchema(typeof(AddressObject), context.SchemaRepository),
            ];
        }
        else if (type == typeof(AddressListInput))
        {
            var one = context.SchemaGenerator.GenerateSchema(typeof(AddressInput), context.SchemaRepository);
            Clear(shape, null);
            shape.OneOf =
            [
                one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MaxItems = limits.Value.Recipients },
            ];
        }
        else if (type == typeof(CreateSuppressionsRequest))
        {
            var one = context.SchemaGenerator.GenerateSchema(typeof(CreateSuppressionRequest), context.SchemaRepository);
            Clear(shape, null);
            shape.OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MinItems = 1, MaxItems = 100 }];
        }
        else if (type == typeof(JsonElement) && context.MemberInfo?.Name is nameof(TemplateInput.Data) or nameof(TemplateContentRequest.Schema))
        {
            Clear(shape, JsonSchemaType.Object);
        }
        else if (type == typeof(ProblemDetails))
        {
            Describe(shape);
        }
        else
        {
            Require(shape, type);
            LeaveOptional(shape, type);
        }
    }

    /// <summary>What C# declares as never null is never null, and always there.</summary>
    private static void Require(OpenApiSchema shape, Type type)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in type.GetProperties().Where(p => !p.PropertyType.IsValueType))
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (shape.Properties?.TryGetValue(name, out var found) == true
                && nullability.Create(property).ReadState == NullabilityState.NotNull)
            {
                (shape.Required ??= new HashSet<string>()).Add(name);
                if (found is OpenApiSchema { Type: not null } member)
                {
                    member.Type &= ~JsonSchemaType.Null;
                }
            }
        }
    }

    /// <summary>What has a default may be left out of a request.</summary>
    private static void LeaveOptional(OpenApiSchema shape, Type type)
    {
        foreach (var parameter in type.GetConstructors().SelectMany(c => c.GetParameters()).Where(p => p.HasDefaultValue))
        {
            shape.Required?.Remove(JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!));
        }
    }

    private static void Clear(OpenApiSchema shape, JsonSchemaType? type)
    {
        (shape.Type, shape.Properties, shape.Required, shape.AdditionalPropertiesAllowed) = (type, null, null, true);
        (shape.AdditionalProperties, shape.AllOf, shape.OneOf) = (null, null, null);
    }

    private static void Describe(OpenApiSchema problem)
    {
        static OpenApiSchema Text(string text) => new() { Type = JsonSchemaType.String, Description = text };
        problem.AdditionalPropertiesAllowed = true;
        problem.AdditionalProperties = null;
        problem.Properties ??= new Dictionary<string, IOpenApiSchema>();
        problem.Properties["code"] = Text("Stable, for programs.");
        problem.Properties["request_id"] = Text("As in X-Request-Id.");
        problem.Properties["errors"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["pointer"] = Text("Where: a JSON pointer (RFC 6901), or the name of a parameter."),
                    ["code"] = Text("Stable, for programs."),
                    ["detail"] = Text("A sentence."),
                },
            },
        };
    }
}
