namespace MailApi.IntegrationTests.Running;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>The text of a file; skips the running test when the tests were taken elsewhere.</summary>
    public static Task<string> ReadAsync(string path)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "MailApi.sln")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "The tests do not run inside the repository.");
        return File.ReadAllTextAsync(Path.Combine(root!.FullName, path), TestContext.Current.CancellationToken);
    }
}
