using MailKit.Net.Pop3;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>
/// Mail that was left on a POP3 server because it was not understood. A node that starts looks at it once more, which
/// changes nothing.
/// </summary>
internal sealed class LeftMail
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    public bool Has(string key) => _keys.Contains(key);

    public void Add(string key) => _keys.Add(key);

    /// <summary>Forgets what is no longer on the server.</summary>
    public void Keep(IEnumerable<string> keys) => _keys.IntersectWith(keys);
}

/// <summary>
/// The mailbox over POP3: understood mail is deleted, the rest stays. A session shows what was there at its start, and the
/// server deletes at its end alone; when it breaks, the mail comes again.
/// </summary>
internal sealed class Pop3Session : IMailboxSession
{
    /// <summary>So that not much comes again when the session breaks.</summary>
    private const int BatchSize = 50;

    /// <summary>POP3 knows no parts, so a mail is held in memory whole.</summary>
    private const int MaxSize = 10 * 1024 * 1024;

    private readonly Pop3Client _client;
    private readonly MailboxOptions _options;
    private readonly Patience _patience;
    private readonly LeftMail _left;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, int> _indexes;
    private readonly List<ArrivedMail> _waiting;
    private bool _found;

    private Pop3Session(
        Pop3Client client, MailboxOptions options, Patience patience, LeftMail left, TimeProvider time,
        IList<string> keys, IList<int> sizes)
    {
        (_client, _options, _patience, _left, _time) = (client, options, patience, left, time);
        _indexes = keys.Index().ToDictionary(k => k.Item, k => k.Index, StringComparer.Ordinal);
        _waiting = [.. keys.Zip(sizes, (key, size) => new ArrivedMail(key, size)).Where(m => !left.Has(m.Key))];
        left.Keep(keys);
    }

    public static async Task<Pop3Session> OpenAsync(
        Pop3Client client, MailboxOptions options, Patience patience, LeftMail left, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!client.Capabilities.HasFlag(Pop3Capabilities.UIDL))
        {
            throw new MailboxTroubleException("The server does not offer UIDL, without which mail cannot be told apart.");
        }

        var keys = await patience.WaitAsync(client.GetMessageUidsAsync, cancellationToken);
        var sizes = await patience.WaitAsync(client.GetMessageSizesAsync, cancellationToken);
        return new Pop3Session(client, options, patience, left, time, keys, sizes);
    }

    public Task<IReadOnlyList<ArrivedMail>> FindAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ArrivedMail> found = _found ? [] : [.. _waiting.Take(BatchSize)];
        _found = true;
        return Task.FromResult(found);
    }

    public async Task<byte[]?> ReadAsync(ArrivedMail mail, CancellationToken cancellationToken)
    {
        if (mail.Size > MaxSize)
        {
            return null;
        }

        await using var stream = await _patience.WaitAsync(
            t => _client.GetStreamAsync(_indexes[mail.Key], headersOnly: false, t), cancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    public async Task FileAsync(ArrivedMail mail, bool understood, CancellationToken cancellationToken)
    {
        if (understood)
        {
            await _patience.WaitAsync(t => _client.DeleteMessageAsync(_indexes[mail.Key], t), cancellationToken);
        }
        else
        {
            _left.Add(mail.Key);
        }
    }

    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await LeaveAsync();
        if (_waiting.Count <= BatchSize)
        {
            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await LeaveAsync();
        }
        catch (Exception exception) when (MailboxFault.Is(exception))
        {
            // What was to be deleted comes again.
        }

        _client.Dispose();
    }

    /// <summary>QUIT: now the server deletes.</summary>
    private async Task LeaveAsync()
    {
        if (_client.IsConnected)
        {
            await _patience.WaitAsync(t => _client.DisconnectAsync(quit: true, t), CancellationToken.None);
        }
    }
}
