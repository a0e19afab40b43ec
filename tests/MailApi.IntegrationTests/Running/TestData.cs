namespace MailApi.IntegrationTests.Running;

/// <summary>Finds the folder of test data that is not part of the repository; tests without it are skipped.</summary>
public static class TestData
{
    public static string Path(string file)
    {
        var path = System.IO.Path.Combine(Folder(), file);
        if (!File.Exists(path))
        {
            Assert.Skip($"{file} is not there: set MAILAPI_TEST_DATA to the folder of test data.");
        }

        return path;
    }

    /// <summary>The rows of a table below its heading, split at tabs.</summary>
    public static IEnumerable<string[]> Rows(string file) =>
        File.ReadLines(Path(file)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'));

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("MAILAPI_TEST_DATA") is { Length: > 0 } folder)
        {
            return folder;
        }

        var checkout = new DirectoryInfo(AppContext.BaseDirectory);
        while (checkout is not null && !File.Exists(System.IO.Path.Combine(checkout.FullName, "MailApi.sln")))
        {
            checkout = checkout.Parent;
        }

        return System.IO.Path.Combine(checkout?.Parent?.FullName ?? "", "shared", "data");
    }
}
