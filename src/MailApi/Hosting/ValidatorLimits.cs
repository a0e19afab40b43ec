using System.Text.Json;
using FluentValidation;
using FluentValidation.Validators;
using MailApi.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MailApi.Hosting;

/// <summary>Reads lengths, counts and ranges from the validators, so that the documentation cannot say anything else.</summary>
internal sealed class ValidatorLimits(IServiceProvider services) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        // A validator of a base type holds for what derives from it.
        for (var type = context.Type; type is not null && type != typeof(object); type = type.BaseType)
        {
            if (schema.Properties is { } properties
                && services.GetService(typeof(IValidator<>).MakeGenericType(type)) is IValidator validator)
            {
                Apply(properties, validator.CreateDescriptor());
            }
        }
    }

    private static void Apply(IDictionary<string, IOpenApiSchema> properties, IValidatorDescriptor descriptor)
    {
        foreach (var member in descriptor.GetMembersWithValidators())
        {
            if (properties.TryGetValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Key), out var found)
                && found is OpenApiSchema property)
            {
                foreach (var (validator, _) in member)
                {
                    Apply(property, validator);
                }
            }
        }
    }

    private static void Apply(OpenApiSchema property, IPropertyValidator validator)
    {
        // A rule for each element of a list speaks of its items.
        var target = property.Items as OpenApiSchema ?? property;
        switch (validator)
        {
            case ICountValidator count when property.AdditionalProperties is not null:
                property.MaxProperties = count.Most;
                break;
            case ICountValidator count:
                property.MaxItems = count.Most;
                break;
            case ILengthValidator { Max: > 0 } length:
                target.MaxLength = length.Max;
                break;
            case INotEmptyValidator when target.Type?.HasFlag(JsonSchemaType.String) == true:
                target.MinLength = 1;
                break;
            case INotEmptyValidator:
                property.MinItems = 1;
                break;
            case IBetweenValidator between:
                target.Minimum = $"{between.From}";
                target.Maximum = $"{between.To}";
                break;
        }
    }
}
