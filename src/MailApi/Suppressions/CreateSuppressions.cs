using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Suppressing;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Suppressions;

/// <summary>An address and why it is not written to.</summary>
/// <param name="Email">Any spelling of the mailbox.</param>
/// <param name="Reason">hard_bounce, soft_bounce, complaint, unsubscribe or manual (default).</param>
/// <param name="ExpiresAt">From then on it counts no more.</param>
public sealed record CreateSuppressionRequest(string Email, string Reason = "manual", DateTimeOffset? ExpiresAt = null);

/// <summary>One entry, or a list of up to 100.</summary>
[JsonConverter(typeof(CreateSuppressionsRequestConverter))]
public sealed record CreateSuppressionsRequest(IReadOnlyList<CreateSuppressionRequest> Items, bool IsSingle);

/// <summary>An entry of the suppression list.</summary>
public sealed record SuppressionResponse(
    string Email, string Reason, string Source, Id<Message>? MessageId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    internal static SuppressionResponse Of(Suppression s) =>
        new(s.Email, Names.Of(s.Reason), s.Source, s.MessageId, s.CreatedAt, s.ExpiresAt);
}

/// <summary>What was added.</summary>
public sealed record SuppressionsResponse(IReadOnlyList<SuppressionResponse> Data);

internal sealed class CreateSuppressionsRequestConverter : JsonConverter<CreateSuppressionsRequest>
{
    public override CreateSuppressionsRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray
            ? new(JsonSerializer.Deserialize<IReadOnlyList<CreateSuppressionRequest>>(ref reader, options)!, IsSingle: false)
            : new([JsonSerializer.Deserialize<CreateSuppressionRequest>(ref reader, options)!], IsSingle: true);

    public override void Write(Utf8JsonWriter writer, CreateSuppressionsRequest value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Items, options);
}

internal sealed class CreateSuppressionsRequestValidator : AbstractValidator<CreateSuppressionsRequest>
{
    private const int Most = 100;

    public CreateSuppressionsRequestValidator(TimeProvider time) => RuleFor(r => r).Custom((request, context) =>
    {
        if (request.Items.Count is 0 or > Most)
        {
            Refuse(context, "", "too_many", $"Give 1 to {Most} addresses.");
        }

        for (var i = 0; i < request.Items.Count; i++)
        {
            var item = request.Items[i];
            var path = request.IsSingle ? "" : $"{Pointers.Key($"{i}")}.";
            if (!EmailAddress.TryParse(item.Email, out _, out var error))
            {
                Refuse(context, $"{path}Email", "invalid_address", error);
            }

            if (!Names.TryParse<SuppressionReason>(item.Reason, out _))
            {
                Refuse(context, $"{path}Reason", "unknown_value", $"reason is one of {Names.All<SuppressionReason>()}.");
            }

            if (item.ExpiresAt <= time.GetUtcNow())
            {
                Refuse(context, $"{path}ExpiresAt", "in_the_past", "expires_at lies in the past.");
            }
        }
    });

    private static void Refuse(ValidationContext<CreateSuppressionsRequest> context, string path, string code, string detail) =>
        context.AddFailure(new FluentValidation.Results.ValidationFailure(path, detail) { ErrorCode = code });
}

/// <summary>Adds addresses; one that is there already gets the new reason.</summary>
internal static class CreateSuppressions
{
    public static async Task<IResult> HandleAsync(
        CreateSuppressionsRequest request, ApiCaller caller, MailDb db, SuppressionList list, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var given = request.Items.Select(i => Entry(caller.ProjectId, i, now)).ToList();
        await list.AddAsync(given, cancellationToken);

        var keys = given.ConvertAll(g => g.EmailKey);
        var stored = await db.Suppressions.AsNoTracking()
            .Where(s => s.ProjectId == caller.ProjectId && keys.Contains(s.EmailKey))
            .ToDictionaryAsync(s => s.EmailKey, cancellationToken);
        var added = keys.ConvertAll(k => SuppressionResponse.Of(stored[k]));
        return request.IsSingle
            ? TypedResults.Created($"/v1/suppressions/{Uri.EscapeDataString(added[0].Email)}", added[0])
            : TypedResults.Created((string?)null, new SuppressionsResponse(added));
    }

    private static Suppression Entry(Id<Project> project, CreateSuppressionRequest item, DateTimeOffset now)
    {
        _ = EmailAddress.TryParse(item.Email, out var address, out _);
        return new Suppression
        {
            ProjectId = project,
            EmailKey = address!.Key,
            Email = address.ToString(),
            Reason = Names.Parse<SuppressionReason>(item.Reason),
            Source = "api",
            CreatedAt = now,
            ExpiresAt = item.ExpiresAt?.ToUniversalTime(),
        };
    }
}
