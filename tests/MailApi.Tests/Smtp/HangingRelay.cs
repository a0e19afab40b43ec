using System.Threading.Channels;
using MailApi.Core.Routing;
using MailApi.Core.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Smtp;

/// <summary>Two relays, of which the first hangs when a test says so.</summary>
internal sealed class HangingRelay : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<string> _hanging = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _left = Channel.CreateUnbounded<string>();
    private readonly LineServer _first = new();
    private readonly LineServer _second = new();
    private TaskCompletionSource _goesOn = new();

    public HangingRelay(int maxConnections, bool alone = false)
    {
        First = new Relay("first", Options(_first, maxConnections), Time, NullLogger.Instance);
        var second = new Relay("second", Options(_second, 20), Time, NullLogger.Instance);
        Relays = new RelaySet(alone ? [new SmartHost(First)] : [new SmartHost(First), new SmartHost(second)], Time);

        // Without PIPELINING a command that hangs was asked after all others were answered.
        _first.Offers = ["8BITMIME"];
        _first.Pause = async command =>
        {
            if (HangsAt(command))
            {
                await _hanging.Writer.WriteAsync(command);
                await _goesOn.Task;
            }

            if (command == "QUIT")
            {
                await _left.Writer.WriteAsync(command);
            }
        };
    }

    public FakeTimeProvider Time { get; } = new();

    public Relay First { get; }

    public RelaySet Relays { get; }

    /// <summary>The commands that are not answered until <see cref="GoOn"/>.</summary>
    public Func<string, bool> HangsAt { get; set; } = _ => false;

    public int LeftBehind { get; private set; }

    public Task<IReadOnlyList<RelayResult>>[] Send(params IEnumerable<string> recipients) => [.. recipients.Select(r =>
        Relays.SendAsync(
            RelayDriver.Message("Subject: x\r\n\r\nx\r\n", r) with { LeftBehind = () => LeftBehind++ },
            CancellationToken.None, TestContext.Current.CancellationToken))];

    public static Task<IReadOnlyList<RelayResult>[]> AllAsync(Task<IReadOnlyList<RelayResult>>[] sent) =>
        Task.WhenAll(sent).WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>The relay that took the one message; it must be the only one that was tried.</summary>
    public async Task<string> TakerAsync(string recipient) =>
        Assert.Single(Assert.Single(await AllAsync(Send(recipient)))) is { Recipients: [{ Kind: RecipientResultKind.Delivered }] } result
            ? result.Relay : "none";

    /// <summary>Waits until so many hang.</summary>
    public async Task HangAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await NextAsync(_hanging);
        }
    }

    /// <summary>Waits for somebody who takes leave of the first.</summary>
    public async Task LeaveAsync() => await NextAsync(_left);

    public void Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Time passes until it is so. A server sees the end of a message a moment before its time starts to run here.</summary>
    public async Task PassUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 60 && !condition(); i++)
        {
            Pass(1);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }

    /// <summary>Answers what hangs.</summary>
    public void GoOn()
    {
        var goesOn = _goesOn;
        _goesOn = new TaskCompletionSource();
        goesOn.SetResult();
    }

    /// <summary>The first takes its time before each answer.</summary>
    public void Slowly(Func<Task> pause) => _first.Pause = _ => pause();

    public void HangUp() => _first.HangUp();

    public async ValueTask DisposeAsync()
    {
        _first.Pause = _ => Task.CompletedTask;
        GoOn();
        await Relays.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private static Task<string> NextAsync(Channel<string> channel) =>
        channel.Reader.ReadAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    private static RelayOptions Options(LineServer server, int maxConnections) => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Security = RelaySecurity.None,
        LocalName = "client.test",
        MaxConnections = maxConnections,
    };
}
