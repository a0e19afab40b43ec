using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;

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
        CreateSuppressionsRequest request, ApiCaller caller, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        List<Suppression> added = [];
        foreach (var item in request.Items)
        {
            _ = EmailAddress.TryParse(item.Email, out var address, out _);
            added.Add(await AddAsync(db, caller.ProjectId, address!, item, now, cancellationToken));
        }

        await db.SaveChangesAsync(cancellationToken);
        return request.IsSingle
            ? TypedResults.Created($"/v1/suppressions/{Uri.EscapeDataString(added[0].Email)}", SuppressionResponse.Of(added[0]))
            : TypedResults.Created((string?)null, new SuppressionsResponse([.. added.Select(SuppressionResponse.Of)]));
    }

    private static async Task<Suppression> AddAsync(
        MailDb db, Id<Project> project, EmailAddress address, CreateSuppressionRequest item, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var reason = Names.Parse<SuppressionReason>(item.Reason);
        var entry = await db.Suppressions.FindAsync([project, address.Key], cancellationToken);
        if (entry is null)
        {
            entry = db.Suppressions.Add(new Suppression
            {
                ProjectId = project,
                EmailKey = address.Key,
                Email = address.ToString(),
                Reason = reason,
                Source = "api",
                CreatedAt = now,
            }).Entity;
            db.Events.Add(SuppressionEvents.Of(entry, EventTypes.SuppressionCreated, now));
        }

        (entry.Reason, entry.Source, entry.ExpiresAt) = (reason, "api", item.ExpiresAt?.ToUniversalTime());
        return entry;
    }
}

/// <summary>The events that tell of the list.</summary>
internal static class SuppressionEvents
{
    public static Event Of(Suppression entry, string type, DateTimeOffset now) => new()
    {
        Id = Id<Event>.New(now),
        ProjectId = entry.ProjectId,
        Type = type,
        Timestamp = now,
        Recipient = entry.Email,
        RecipientKey = entry.EmailKey,
        Details = new EventDetails { Reason = Names.Of(entry.Reason), Source = entry.Source }.ToJson(),
    };
}
