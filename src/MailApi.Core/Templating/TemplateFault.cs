namespace MailApi.Core.Templating;

/// <summary>What is wrong with a template, or with a rendering.</summary>
/// <param name="Pointer">Where: a JSON pointer into the content or the data.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Detail">A sentence.</param>
public sealed record TemplateFault(string Pointer, string Code, string Detail);
