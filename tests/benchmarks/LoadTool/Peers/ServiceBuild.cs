namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Finds the service's assembly: the one asked for, else the Release build of this checkout.</summary>
public static class ServiceBuild
{
    /// <exception cref="RunFailedException">It is not there.</exception>
    public static string Find(Options options)
    {
        var assembly = options.Service ?? Path.Combine(CheckoutRoot(), "src/MailApi/bin/Release/net10.0/MailApi.dll");
        return File.Exists(assembly) ? assembly : throw new RunFailedException($"the service is not built: {assembly}");
    }

    private static string CheckoutRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "MailApi.sln")))
            {
                return directory;
            }
        }

        throw new RunFailedException($"no MailApi.sln above {AppContext.BaseDirectory}; name the service with --service");
    }
}
