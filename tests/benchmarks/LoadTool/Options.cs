using System.Globalization;
using MailApi.Benchmarks.LoadTool.Accuracy;

namespace MailApi.Benchmarks.LoadTool;

/// <summary>The command line: one command and its options, every one with a default.</summary>
public sealed record Options
{
    public const string Usage = """
        usage: run speed   [--messages 40000] [--size 5120] [--connections 64] [--providers sqlite,postgres|none]
               run latency [--messages 200] [--provider sqlite|postgres]
               run templates [--messages 10000] [--size 5120] [--connections 64] [--provider sqlite|postgres]
               run crash   [--seconds 60] [--provider sqlite|postgres] [--kill-every 5]
                    [--signal KILL|TERM] [--clients 8]
               run bounces [--data FOLDER] [--part all|tuning|held-out]
        every command: [--service PATH/MailApi.dll] to measure another build, [--keep] to keep the temporary files
        """;

    public required string Command { get; init; }

    /// <summary>Messages to send; the default depends on the command.</summary>
    public int? Messages { get; init; }

    /// <summary>Bytes in the text body.</summary>
    public int Size { get; init; } = 5120;

    public int Connections { get; init; } = 64;

    public IReadOnlyList<Provider> Providers { get; init; } = [Provider.Sqlite];

    /// <summary>How long the clients of the crash run keep posting.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Mean time between two signals.</summary>
    public TimeSpan KillEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>KILL or TERM.</summary>
    public string Signal { get; init; } = "KILL";

    public int Clients { get; init; } = 8;

    /// <summary>The service's assembly; null means the Release build of this checkout.</summary>
    public string? Service { get; init; }

    /// <summary>Where labelled bounces lie; null means the usual place.</summary>
    public string? Data { get; init; }

    public CorpusPart Part { get; init; } = CorpusPart.All;

    public bool Keep { get; init; }

    /// <exception cref="UsageException">An option is unknown or its value is not acceptable.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options { Command = args.FirstOrDefault() ?? throw new UsageException("no command") };
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--keep")
            {
                options = options with { Keep = true };
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : throw new UsageException($"{args[i]} needs a value");
            options = options.With(args[i], value);
            i++;
        }

        return options;
    }

    private Options With(string name, string value) => name switch
    {
        "--messages" => this with { Messages = Number(name, value) },
        "--size" => this with { Size = Number(name, value) },
        "--connections" => this with { Connections = Number(name, value) },
        "--provider" or "--providers" => this with { Providers = ParseProviders(value) },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(name, value)) },
        "--kill-every" => this with { KillEvery = TimeSpan.FromSeconds(Number(name, value)) },
        "--signal" when value is "KILL" or "TERM" => this with { Signal = value },
        "--clients" => this with { Clients = Number(name, value) },
        "--data" => this with { Data = Path.GetFullPath(value) },
        "--part" => this with { Part = ParsePart(value) },
        "--service" => this with { Service = Path.GetFullPath(value) },
        _ => throw new UsageException($"unknown option {name} {value}"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{name} needs a positive number, not '{value}'");

    private static IReadOnlyList<Provider> ParseProviders(string value) =>
        value == "none" ? [] : [.. value.Split(',').Select(ParseProvider)];

    private static CorpusPart ParsePart(string value) => value switch
    {
        "all" => CorpusPart.All,
        "tuning" => CorpusPart.Tuning,
        "held-out" => CorpusPart.HeldOut,
        _ => throw new UsageException($"unknown part '{value}'"),
    };

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
