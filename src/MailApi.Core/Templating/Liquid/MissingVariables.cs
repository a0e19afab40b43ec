namespace MailApi.Core.Templating.Liquid;

/// <summary>What a rendering asked for and was not given: JSON pointers into the data, each once, in order of first use.</summary>
public sealed class MissingVariables
{
    private readonly List<(string Pointer, bool IsNull)> _missing = [];
    private readonly HashSet<string> _seen = [];

    public IReadOnlyList<(string Pointer, bool IsNull)> All => _missing;

    internal void Add(string pointer, bool isNull)
    {
        if (_seen.Add(pointer))
        {
            _missing.Add((pointer, isNull));
        }
    }
}
