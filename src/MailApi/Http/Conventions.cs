using Microsoft.AspNetCore.Mvc;

namespace MailApi.Http;

/// <summary>What routes say about themselves for the documentation.</summary>
internal static class Conventions
{
    /// <summary>An example of the body.</summary>
    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder builder, object example) =>
        builder.WithMetadata(new BodyExample(example));

    /// <summary>Another content type the body can have, which is not JSON.</summary>
    public static RouteHandlerBuilder WithBody(this RouteHandlerBuilder builder, string contentType, string description) =>
        builder.WithMetadata(new OtherBody(contentType, description));

    /// <summary>A body that the handler reads as it comes; others are answered 415.</summary>
    public static RouteHandlerBuilder TakesOnly(
        this RouteHandlerBuilder builder, string contentType, string description, string example) =>
        builder.Accepts<string>(contentType).WithMetadata(new OtherBody(contentType, description, example));

    /// <summary>The query parameters that are read.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder builder, params string[] names) =>
        builder.WithMetadata(new QueryNames(names));

    /// <summary>What a query parameter means here, where it is not what it means elsewhere.</summary>
    public static RouteHandlerBuilder WithQueryMeaning(this RouteHandlerBuilder builder, string name, string text) =>
        builder.WithMetadata(new QueryMeaning(name, text));

    /// <summary>The statuses of the problems that can be the answer.</summary>
    public static RouteHandlerBuilder Declare(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            builder.Produces<ProblemDetails>(status, "application/problem+json");
        }

        return builder;
    }
}

/// <summary>A body to try.</summary>
internal sealed record BodyExample(object Value);

/// <summary>A body that is bytes and no record.</summary>
internal sealed record OtherBody(string ContentType, string Description, string? Example = null);

/// <summary>Query parameters by name; the documentation knows what each means.</summary>
internal sealed record QueryNames(IReadOnlyList<string> Names);

/// <summary>What a query parameter means at one route.</summary>
internal sealed record QueryMeaning(string Name, string Text);
