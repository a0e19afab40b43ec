namespace MailApi.Core.Domain;

/// <summary>What a server answered.</summary>
/// <param name="Code">The three digits (RFC 5321 §4.2), 0 when it could not be read.</param>
/// <param name="EnhancedCode">The enhanced status code (RFC 3463), <c>5.1.1</c>, when the line bears one.</param>
/// <param name="Response">The line or lines as received, joined by line feeds, without the code of each line's start
/// removed; cut at 1,000 characters, control characters replaced.</param>
public sealed record SmtpReply(int Code, string? EnhancedCode, string Response);
