namespace MailApi.IntegrationTests.Smtp;

/// <summary>One line that a client sent as a command.</summary>
internal sealed record ReceivedCommand(int Connection, string Line, bool IsTls);

/// <summary>Everything that has happened on a scripted server. Safe to read while it runs.</summary>
internal sealed class SmtpJournal
{
    private readonly Lock _lock = new();
    private readonly List<ReceivedCommand> _commands = [];
    private readonly List<ReceivedMessage> _messages = [];
    private readonly List<ReceivedMessage> _lost = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, int> _asked = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<ReceivedCommand> Commands => Read(() => _commands.ToArray());

    /// <summary>The messages the server kept.</summary>
    public IReadOnlyList<ReceivedMessage> Messages => Read(() => _messages.ToArray());

    /// <summary>The messages that came to their dot and were not kept.</summary>
    public IReadOnlyList<ReceivedMessage> Lost => Read(() => _lost.ToArray());

    /// <summary>What clients did against RFC 5321 and its extensions.</summary>
    public IReadOnlyList<string> Violations => Read(() => _violations.ToArray());

    /// <summary>How connections ended otherwise than by QUIT.</summary>
    public IReadOnlyList<string> Notes => Read(() => _notes.ToArray());

    public int ConnectionCount { get; private set; }

    public int OpenConnections { get; private set; }

    public int PeakConnections { get; private set; }

    /// <summary>How often a verb was asked; the greeting is the empty verb, the final dot <c>.</c>.</summary>
    public int CountOf(string verb) => Read(() => _asked.GetValueOrDefault(verb));

    public int Opened() => Change(() =>
    {
        OpenConnections++;
        PeakConnections = Math.Max(PeakConnections, OpenConnections);
        return ++ConnectionCount;
    });

    public void Closed() => Change(() => OpenConnections--);

    public int Asked(string verb) => Change(() => _asked[verb] = _asked.GetValueOrDefault(verb) + 1);

    public void Add(ReceivedCommand command) => Change(() => { _commands.Add(command); return 0; });

    public void Add(ReceivedMessage message, bool kept) =>
        Change(() => { (kept ? _messages : _lost).Add(message); return 0; });

    public void Violation(int connection, string what) =>
        Change(() => { _violations.Add($"connection {connection}: {what}"); return 0; });

    public void Note(int connection, string what) =>
        Change(() => { _notes.Add($"connection {connection}: {what}"); return 0; });

    /// <summary>Completes as soon as the condition holds; it is asked again after every change.</summary>
    public async Task WaitUntilAsync(Func<SmtpJournal, bool> condition, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        while (true)
        {
            var changed = Read(() => _changed.Task);
            if (condition(this))
            {
                return;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not seen within {timeout}. {this}");
            }
        }
    }

    public override string ToString() =>
        $"{ConnectionCount} connections, {Messages.Count} messages kept, {Lost.Count} lost; commands: "
        + string.Join(" | ", Commands.TakeLast(20).Select(c => $"{c.Connection}:{c.Line}"))
        + $"; violations: {string.Join(" | ", Violations)}; notes: {string.Join(" | ", Notes)}";

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }

    private T Change<T>(Func<T> change)
    {
        TaskCompletionSource changed;
        T result;
        lock (_lock)
        {
            result = change();
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
        return result;
    }
}
