namespace MailApi.Http;

/// <summary>What is wrong with one part of a request.</summary>
/// <param name="Pointer">Where: a JSON pointer (RFC 6901), or the name of a query parameter or header.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Detail">A sentence, for people.</param>
public sealed record FieldError(string Pointer, string Code, string Detail);
