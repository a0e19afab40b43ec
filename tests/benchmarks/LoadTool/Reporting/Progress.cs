namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>What a run is at, on standard error: the tables alone are on standard output.</summary>
public static class Progress
{
    public static void Say(string what) => Console.Error.WriteLine(what);
}
