using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using MailApi.Core.Accepting;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>
/// One key, one message: reads the header, knows what is in flight on this node, and replays what was answered before.
/// The row itself is written by the acceptance, in the transaction of the message.
/// </summary>
internal sealed class Idempotency(IDbContextFactory<MailDb> databases, IOptions<JsonOptions> json, TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotency-Replayed";
    private const int MaxLength = 256;

    // Our own answers leave out what is null.
    private readonly JsonSerializerOptions _kept = new(json.Value.SerializerOptions)
    {
        RespectRequiredConstructorParameters = false,
    };

    private readonly ConcurrentDictionary<(Id<Project> Project, string Key), byte> _inFlight = new();

    public static bool IsKey(string text) => text.Length is >= 1 and <= MaxLength && text.All(c => c is > ' ' and <= '~');

    /// <summary>What a key stands for: the request as it was understood, so that spacing and order do not matter.</summary>
    public IdempotencyClaim Claim<T>(string key, T request) =>
        new(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, json.Value.SerializerOptions)));

    /// <summary>
    /// Runs <paramref name="accept"/> unless the request bears a key that has been used. <paramref name="accept"/> returns
    /// null when it found the key taken after all, by another node.
    /// </summary>
    public async Task<IResult> OnceAsync<T>(
        T request, ApiCaller caller, HttpContext context, Func<IdempotencyClaim?, Task<IResult?>> accept,
        CancellationToken cancellationToken)
    {
        if (!TryReadKey(context.Request, out var key, out var problem))
        {
            return problem!;
        }

        if (key is null)
        {
            return (await accept(null))!;
        }

        var claim = Claim(key, request);
        if (!_inFlight.TryAdd((caller.ProjectId, key), 0))
        {
            return InProgress(context.Response);
        }

        try
        {
            return await ReplayAsync(claim, caller, context.Response, cancellationToken)
                ?? await accept(claim)
                ?? await ReplayAsync(claim, caller, context.Response, cancellationToken)
                ?? InProgress(context.Response);
        }
        finally
        {
            _inFlight.TryRemove((caller.ProjectId, key), out _);
        }
    }

    /// <summary>The rows of those keys that have been used within the last 24 hours.</summary>
    public async Task<IReadOnlyDictionary<string, IdempotencyKey>> FindAsync(
        Id<Project> project, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return new Dictionary<string, IdempotencyKey>();
        }

        var oldest = time.GetUtcNow() - AcceptContext.KeyLifetime;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.IdempotencyKeys.AsNoTracking()
            .Where(k => k.ProjectId == project && keys.Contains(k.Key) && k.CreatedAt >= oldest)
            .ToDictionaryAsync(k => k.Key, cancellationToken);
    }

    /// <summary>What a message was answered with.</summary>
    public AcceptedMessageResponse Answered(IdempotencyKey row) =>
        JsonSerializer.Deserialize<AcceptedMessageResponse>(row.Response, _kept)!;

    public static ProblemHttpResult Reused() => Problems.Unprocessable(
        "idempotency_key_reused", "This Idempotency-Key was used with another request. Use a new key for a new message.");

    public static ProblemHttpResult InProgress(HttpResponse response)
    {
        response.Headers.RetryAfter = "1";
        return Problems.Conflict(
            "idempotency_in_progress", "A request with this Idempotency-Key is still under way. Ask again in a second.");
    }

    /// <summary>Reads the header; bare or in quotes it is the same key.</summary>
    private static bool TryReadKey(HttpRequest request, out string? key, out ProblemHttpResult? problem)
    {
        key = null;
        problem = null;
        if (!request.Headers.TryGetValue(Header, out var values))
        {
            return true;
        }

        var text = values.ToString().Trim();
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
        {
            text = text[1..^1];
        }

        if (values.Count != 1 || !IsKey(text))
        {
            problem = Problems.InvalidParameter(Header, "An idempotency key has 1 to 256 visible ASCII characters.");
            return false;
        }

        key = text;
        return true;
    }

    /// <summary>The first answer again, a refusal when the key was used for something else, null when it is free.</summary>
    private async Task<IResult?> ReplayAsync(
        IdempotencyClaim claim, ApiCaller caller, HttpResponse response, CancellationToken cancellationToken)
    {
        var rows = await FindAsync(caller.ProjectId, [claim.Key], cancellationToken);
        if (!rows.TryGetValue(claim.Key, out var row))
        {
            return null;
        }

        if (!row.RequestHash.AsSpan().SequenceEqual(claim.RequestHash))
        {
            return Reused();
        }

        using var body = JsonDocument.Parse(row.Response);
        if (body.RootElement.TryGetProperty("id", out var id))
        {
            response.Headers.Location = $"/v1/messages/{id.GetString()}";
        }

        response.Headers[ReplayedHeader] = "true";
        return TypedResults.Text(row.Response, "application/json; charset=utf-8", row.StatusCode);
    }
}
