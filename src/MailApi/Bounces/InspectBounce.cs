using FluentValidation;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;
using MailApi.Core.Feedback;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Bounces;

/// <summary>A server's reply to be judged.</summary>
/// <param name="SmtpReply">With its code or an enhanced code: <c>550 5.1.1 User unknown</c>.</param>
public sealed record InspectReplyRequest(string SmtpReply);

/// <summary>What a report says.</summary>
/// <param name="Kind">bounce, delay, complaint, auto_reply, delivered or none.</param>
/// <param name="Recipients">Those it is about.</param>
/// <param name="Original">The message it is about.</param>
public sealed record InspectedBounceResponse(
    string Kind, IReadOnlyList<InspectedRecipientResponse> Recipients, InspectedOriginalResponse Original);

/// <summary>A recipient of a report.</summary>
/// <param name="Email">Null for a bare reply.</param>
/// <param name="Class">hard, block, soft or undetermined; null where nothing was refused.</param>
/// <param name="Category">Why it was refused.</param>
/// <param name="Code">The reply code.</param>
/// <param name="EnhancedCode">The enhanced status code.</param>
/// <param name="Diagnostic">The words the verdict rests on.</param>
public sealed record InspectedRecipientResponse(
    string? Email, string? Class, string? Category, int? Code, string? EnhancedCode, string? Diagnostic)
{
    internal static InspectedRecipientResponse Of(ReportedRecipient recipient) => new(
        recipient.Email,
        recipient.Verdict is { } verdict ? Names.Of(verdict.Class) : null,
        recipient.Verdict is { } known ? Names.Of(known.Category) : null,
        recipient.Code,
        recipient.EnhancedCode,
        recipient.Diagnostic);
}

/// <summary>The message that a report is about.</summary>
/// <param name="MessageId">Its Message-ID, where the report quotes it.</param>
/// <param name="Matched">The message of this project that the report is provably about.</param>
public sealed record InspectedOriginalResponse(string? MessageId, Id<Message>? Matched);

internal sealed class InspectReplyRequestValidator : AbstractValidator<InspectReplyRequest>
{
    private const int MaxLength = 10_000;

    public InspectReplyRequestValidator() => RuleFor(r => r.SmtpReply).MaximumLength(MaxLength)
        .Must(line => ReplyParser.Parse(line) is not null).WithErrorCode("not_a_reply")
        .WithMessage("A reply begins with a code of 400 to 599, or has an enhanced code: 550 5.1.1 User unknown.");
}

/// <summary>Judges one reply.</summary>
internal static class InspectReply
{
    public static Ok<InspectedBounceResponse> Handle(InspectReplyRequest request)
    {
        var reply = ReplyParser.Parse(request.SmtpReply)!;
        var bounce = ReplyClassifier.Classify(reply);
        var isTemporary = reply.Code is > 0 and < 500 || reply.EnhancedCode is ['4', ..] && reply.Code == 0;
        var recipient = new InspectedRecipientResponse(
            null, Names.Of(bounce.Class), Names.Of(bounce.Category),
            reply.Code == 0 ? null : reply.Code, reply.EnhancedCode, reply.Response);
        var kind = Names.Of(isTemporary ? ReportKind.Delay : ReportKind.Bounce);
        return TypedResults.Ok(new InspectedBounceResponse(kind, [recipient], new InspectedOriginalResponse(null, null)));
    }
}

/// <summary>Reads one report.</summary>
internal static class InspectReport
{
    public const string ContentType = "message/rfc822";

    public static async Task<Ok<InspectedBounceResponse>> HandleAsync(
        HttpRequest request, ApiCaller caller, MatchReport match, CancellationToken cancellationToken)
    {
        var report = await ReportReader.ReadAsync(request.Body, cancellationToken);
        var matched = await match.FindAsync(report, caller.ProjectId, cancellationToken);
        return TypedResults.Ok(new InspectedBounceResponse(
            Names.Of(report.Kind),
            [.. report.Recipients.Select(InspectedRecipientResponse.Of)],
            new InspectedOriginalResponse(report.Original.MessageId, matched?.Message.Id)));
    }
}
