using System.Text.Json.Serialization;
using MailApi.Core.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MailApi.Messages.Sending;

/// <summary>What became of each message of a batch, in order.</summary>
public sealed record BatchResponse(IReadOnlyList<BatchItemResponse> Data);

/// <summary>A message that was accepted, or the problem it has.</summary>
public sealed record BatchItemResponse
{
    /// <summary>Its place in the request, from 0.</summary>
    public required int Index { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Id<Message>? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SendAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Sandbox { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RecipientResponse>? Recipients { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemDetails? Error { get; init; }

    internal static BatchItemResponse Of(int index, AcceptedMessageResponse accepted) => new()
    {
        Index = index,
        Id = accepted.Id,
        Status = accepted.Status,
        CreatedAt = accepted.CreatedAt,
        SendAt = accepted.SendAt,
        Sandbox = accepted.Sandbox,
        Recipients = accepted.Recipients,
    };

    internal static BatchItemResponse Of(int index, ProblemHttpResult problem) =>
        new() { Index = index, Error = problem.ProblemDetails };
}
