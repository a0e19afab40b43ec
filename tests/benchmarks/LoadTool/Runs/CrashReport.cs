using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>What the crash run found, against what the service promises.</summary>
public sealed record CrashReport
{
    /// <summary>The longest that a restart may take to its first delivery.</summary>
    public required TimeSpan RestartLimit { get; init; }

    public required string Signal { get; init; }

    public required int Signals { get; init; }

    /// <summary>SIGTERMs that had to be followed by SIGKILL.</summary>
    public required int SlowStops { get; init; }

    public required int Accepted { get; init; }

    public required IReadOnlyList<string> Lost { get; init; }

    public required int ExtraCopies { get; init; }

    public required int DifferentMessageIds { get; init; }

    /// <summary>Extra copies without an interrupted attempt to explain them.</summary>
    public required int Unexplained { get; init; }

    public required int CutOffBeforeDot { get; init; }

    public required int CutOffAfterDot { get; init; }

    public required TimeSpan? SlowestRestart { get; init; }

    public required int RestartsWithoutDelivery { get; init; }

    /// <summary>True when every promise was kept.</summary>
    public bool Kept => Lines().All(line => line.Kept);

    public void Print()
    {
        var table = new Table("promise", "found", "allowed", "kept");
        foreach (var (name, found, allowed, kept) in Lines())
        {
            table.Add(name, found, allowed, kept ? "yes" : "NO");
        }

        table.Print();
        Console.WriteLine();
        Console.WriteLine($"SIG{Signal} {Signals} times, {RestartsWithoutDelivery} of them before the first delivery");
        Console.WriteLine($"connections cut off: {CutOffBeforeDot} before the final dot, {CutOffAfterDot} after it");
        if (Lost.Count > 0)
        {
            Console.WriteLine($"lost: {string.Join(' ', Lost.Take(20))}");
        }
    }

    private IEnumerable<(string Name, string Found, string Allowed, bool Kept)> Lines()
    {
        yield return ("signals", Text(Signals), "> 0", Signals > 0);
        yield return ("accepted with 202", Text(Accepted), "> 0", Accepted > 0);
        yield return ("lost", Text(Lost.Count), "0", Lost.Count == 0);
        yield return Signal == "TERM"
            ? ("extra copies", Text(ExtraCopies), "0", ExtraCopies == 0)
            : ("extra copies", Text(ExtraCopies), "any", true);
        yield return ("extra copies without interrupted attempt", Text(Unexplained), "0", Unexplained == 0);
        yield return ("extra copies with another Message-ID", Text(DifferentMessageIds), "0", DifferentMessageIds == 0);
        yield return ("stops slower than a minute", Text(SlowStops), "0", SlowStops == 0);
        yield return (
            "slowest first delivery after a restart",
            SlowestRestart is { } slowest ? slowest.ToString(@"m\:ss\.f", CultureInfo.InvariantCulture) : "none",
            $@"< {RestartLimit:m\:ss}",
            SlowestRestart < RestartLimit);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
