namespace MailApi;

/// <summary>The folder of shared test data, which is no part of the repository.</summary>
internal static class TestData
{
    /// <summary>The path of a file in it; skips the running test when the folder or the file is missing.</summary>
    public static string Require(string name)
    {
        var path = Folder() is { } folder ? Path.Combine(folder, name) : null;
        Assert.SkipUnless(
            path is not null && (File.Exists(path) || Directory.Exists(path)),
            $"Test data '{name}' not found; set MAILAPI_TEST_DATA to its folder.");
        return path!;
    }

    /// <summary>The rows of a table below its heading, split at tabs.</summary>
    public static IEnumerable<string[]> Rows(string name) =>
        File.ReadLines(Require(name)).Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'));

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("MAILAPI_TEST_DATA") is { Length: > 0 } configured)
        {
            return configured;
        }

        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "MailApi.sln")))
        {
            directory = directory.Parent;
        }

        return directory is null ? null : Path.Combine(directory.FullName, "..", "shared", "data");
    }
}
