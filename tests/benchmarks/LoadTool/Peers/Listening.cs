using System.Net;
using System.Net.Sockets;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Waits until a program accepts connections on its port.</summary>
public static class Listening
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="RunFailedException">The program ended, or its port stayed closed for 30 s.</exception>
    public static async Task WaitAsync(int port, ChildProcess process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (!process.HasExited && !await AcceptsAsync(port, patience.Token))
            {
                await Task.Delay(PollInterval, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RunFailedException($"nothing listens on port {port}:\n{process.LastWords()}");
        }

        if (process.HasExited)
        {
            throw new RunFailedException($"the program for port {port} ended at once:\n{process.LastWords()}");
        }
    }

    public static async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
