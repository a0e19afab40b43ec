namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>The temporary directory of one run; everything the run writes is below it and goes with it.</summary>
public sealed class Workspace : IDisposable
{
    // Postfix and PostgreSQL drop root and must still be able to walk down to their own folder.
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly bool _keep;

    public Workspace(bool keep)
    {
        _keep = keep;
        Root = Directory.CreateTempSubdirectory("mailapi-load-").FullName;
        File.SetUnixFileMode(Root, Passable);
    }

    public string Root { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    public string CreateDirectory(string name)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(path, Passable);
        return path;
    }

    public void Dispose()
    {
        if (_keep)
        {
            Console.Error.WriteLine($"kept: {Root}");
            return;
        }

        Directory.Delete(Root, recursive: true);
    }
}
