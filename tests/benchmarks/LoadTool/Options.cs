using System.Globalization;

namespace MailApi.Benchmarks.LoadTool;

/// <summary>The command line: one command and its options, every one with a default.</summary>
public sealed record Options
{
    public required string Command { get; init; }

    /// <summary>Messages to send; the default depends on the command.</summary>
    public int? Messages { get; init; }

    /// <summary>Bytes in the text body.</summary>
    public int Size { get; init; } = 5120;

    public int Connections { get; init; } = 64;

    /// <summary>The databases to be measured on; the default depends on the command.</summary>
    public IReadOnlyList<Provider> Providers { get; init; } = [];

    /// <summary>How often each contestant has its turn; the middle one counts.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Peers that the speed run leaves out.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Delivered messages in the database of the backlog run.</summary>
    public int Past { get; init; } = 5_000_000;

    /// <summary>Messages of the backlog run that are due days from now.</summary>
    public int Later { get; init; } = 1_000_000;

    /// <summary>Messages of the fairness run that wait for one who hangs.</summary>
    public int Queued { get; init; } = 5_000;

    /// <summary>Messages of low priority before which the fairness run sends some of high.</summary>
    public int Low { get; init; } = 100_000;

    /// <summary>Messages that one project of the fairness run sends as fast as it can.</summary>
    public int Flood { get; init; } = 20_000;

    /// <summary>Nodes on one database.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Whether the latency is also measured at half of what the service can do.</summary>
    public bool HalfLoad { get; init; }

    /// <summary>How long the clients of the crash run keep posting, and those of the memory run.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Mean time between two signals.</summary>
    public TimeSpan KillEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From a restart of the crash run to its first delivery, at most.</summary>
    public TimeSpan RestartLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>KILL or TERM.</summary>
    public string Signal { get; init; } = "KILL";

    public int Clients { get; init; } = 8;

    /// <summary>The service's assembly; null means the Release build of this checkout.</summary>
    public string? Service { get; init; }

    /// <summary>Where labelled bounces lie; null means the usual place.</summary>
    public string? Data { get; init; }

    /// <summary>The part of a run that is wanted.</summary>
    public string Part { get; init; } = "all";

    public bool Keep { get; init; }

    /// <exception cref="UsageException">An option is unknown or its value is not acceptable.</exception>
    public static Options Parse(string[] args)
    {
        // Without a command: the table that everything is about.
        string[] words = args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) ? ["speed", .. args] : args;
        var options = new Options { Command = words[0], Providers = DefaultProviders(words[0]) };
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = i + 1 < words.Length ? words[i + 1] : throw new UsageException($"{words[i]} needs a value");
            options = options.With(words[i], value);
            i++;
        }

        return options;
    }

    /// <summary>The crash runs are about one database at a time, and what a template costs is not the database's business.</summary>
    private static Provider[] DefaultProviders(string command) =>
        command is "crash" or "webhook-crash" or "templates" ? [Provider.Sqlite] : [Provider.Sqlite, Provider.Postgres];

    private Options With(string name, string value) => name switch
    {
        "--messages" => this with { Messages = Number(name, value) },
        "--size" => this with { Size = Number(name, value) },
        "--connections" => this with { Connections = Number(name, value) },
        "--provider" or "--providers" => this with { Providers = ParseProviders(value) },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(name, value)) },
        "--kill-every" => this with { KillEvery = TimeSpan.FromSeconds(Number(name, value)) },
        "--signal" when value is "KILL" or "TERM" => this with { Signal = value },
        "--restart-within" => this with { RestartLimit = TimeSpan.FromSeconds(Number(name, value)) },
        "--clients" => this with { Clients = Number(name, value) },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--minutes" => this with { Duration = TimeSpan.FromMinutes(Number(name, value)) },
        "--rounds" => this with { Rounds = Number(name, value) },
        "--without" => this with { Without = value.Split(',') },
        "--past" => this with { Past = Number(name, value) },
        "--later" => this with { Later = Number(name, value) },
        "--queued" => this with { Queued = Number(name, value) },
        "--low" => this with { Low = Number(name, value) },
        "--flood" => this with { Flood = Number(name, value) },
        "--nodes" when value is "1" or "2" => this with { Nodes = Number(name, value) },
        "--load" when value is "idle" or "half" => this with { HalfLoad = value == "half" },
        "--part" => this with { Part = value },
        "--service" => this with { Service = Path.GetFullPath(value) },
        _ => throw new UsageException($"unknown option {name} {value}"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{name} needs a positive number, not '{value}'");

    private static IReadOnlyList<Provider> ParseProviders(string value) =>
        value == "none" ? [] : [.. value.Split(',').Select(ParseProvider)];

    private static Provider ParseProvider(string value) => value switch
    {
        "sqlite" => Provider.Sqlite,
        "postgres" => Provider.Postgres,
        _ => throw new UsageException($"unknown provider '{value}'"),
    };
}

/// <summary>The database under the service.</summary>
public enum Provider
{
    Sqlite,
    Postgres,
}
