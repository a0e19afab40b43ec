namespace MailApi.Core.Bounces;

/// <summary>The text files beside this code that hold what servers say.</summary>
internal static class DataFile
{
    /// <summary>The lines that are neither blank nor comments.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        var type = typeof(DataFile);
        using var stream = type.Assembly.GetManifestResourceStream($"{type.Namespace}.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
