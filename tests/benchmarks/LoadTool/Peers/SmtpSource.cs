using System.Diagnostics;
using System.Globalization;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Postfix's own <c>smtp-source</c>: the client of the rows that are fed by SMTP.</summary>
public sealed class SmtpSource(Workspace workspace, int size, int sessions)
{
    /// <summary>Sends messages, each to a recipient of its own, and returns when the last is accepted.</summary>
    /// <returns>The time stamp of the start.</returns>
    public async Task<long> SendAsync(int port, int messages, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await ChildProcess.RunAsync(
            [
                "smtp-source",
                "-d", // keeps the session for the next message, as the HTTP driver keeps its connection
                "-N", // a number before each recipient
                "-s", Text(sessions),
                "-m", Text(messages),
                "-l", Text(size),
                "-f", "load@sender.example",
                "-t", "@rcpt.example",
                $"127.0.0.1:{port}",
            ],
            workspace.PathOf("smtp-source.log"),
            cancellationToken);
        return started;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
