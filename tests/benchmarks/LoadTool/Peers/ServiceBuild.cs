namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Finds the service's assembly: the one asked for, else the Release build of this checkout.</summary>
public static class ServiceBuild
{
    /// <exception cref="RunFailedException">It is not there.</exception>
    public static string Find(Options options)
    {
        var assembly = options.Service ?? Path.Combine(CheckoutRoot(), "src/MailApi/bin/Release/net10.0/MailApi.dll");
        return File.Exists(assembly)
            ? assembly
            : throw new RunFailedException($"the service is not built: {assembly}");
    }

    /// <summary>The folder of the solution.</summary>
    public static string CheckoutRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "MailApi.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new RunFailedException("the tool is outside its checkout");
    }
}
