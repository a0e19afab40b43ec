using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>
/// The mailbox over IMAP: filed mail is moved to other folders, so what stands in the folder is what is to be done.
/// </summary>
internal sealed class ImapSession : IMailboxSession
{
    private const int BatchSize = 50;

    /// <summary>More than a report is read of; the mail itself is moved whole.</summary>
    private const int ReadSize = 1024 * 1024;

    /// <summary>RFC 2177 asks for less than half an hour, and many routers forget a silent connection sooner.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(9);

    private readonly ImapClient _client;
    private readonly MailboxOptions _options;
    private readonly Patience _patience;
    private readonly TimeProvider _time;
    private readonly IMailFolder _folder;
    private readonly IMailFolder _processed;
    private readonly IMailFolder _notUnderstood;
    private CancellationTokenSource? _idle;
    private int _known;
    private volatile bool _news;

    private ImapSession(
        ImapClient client, MailboxOptions options, Patience patience, TimeProvider time, IReadOnlyList<IMailFolder> folders)
    {
        (_client, _options, _patience, _time) = (client, options, patience, time);
        (_folder, _processed, _notUnderstood) = (folders[0], folders[1], folders[2]);
        _known = _folder.Count;
        _folder.CountChanged += OnCountChanged;
    }

    public static async Task<ImapSession> OpenAsync(
        ImapClient client, MailboxOptions options, Patience patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var folders = new ImapFolders(client, patience);
        IMailFolder[] opened =
        [
            await folders.FindAsync(options.Folder, cancellationToken)
                ?? throw new MailboxTroubleException($"There is no folder {MailboxOptions.Section}:Folder."),
            await folders.FindOrMakeAsync(options.ProcessedFolder, cancellationToken),
            await folders.FindOrMakeAsync(options.NotUnderstoodFolder, cancellationToken),
        ];
        await patience.WaitAsync(t => opened[0].OpenAsync(FolderAccess.ReadWrite, t), cancellationToken);
        return new ImapSession(client, options, patience, time, opened);
    }

    public async Task<IReadOnlyList<ArrivedMail>> FindAsync(CancellationToken cancellationToken)
    {
        _news = false;
        var ids = await _patience.WaitAsync(t => _folder.SearchAsync(SearchQuery.NotDeleted, t), cancellationToken);
        if (ids.Count == 0)
        {
            return [];
        }

        var first = ids.Take(BatchSize).ToList();
        var found = await _patience.WaitAsync(
            t => _folder.FetchAsync(first, MessageSummaryItems.UniqueId | MessageSummaryItems.Size, t), cancellationToken);
        return [.. found.Select(m => new ArrivedMail(m.UniqueId.ToString(), m.Size ?? 0))];
    }

    public async Task<byte[]?> ReadAsync(ArrivedMail mail, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await _patience.WaitAsync(
                t => _folder.GetStreamAsync(UniqueId.Parse(mail.Key), 0, ReadSize, t), cancellationToken);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    public Task FileAsync(ArrivedMail mail, bool understood, CancellationToken cancellationToken) => _patience.WaitAsync(
        t => _folder.MoveToAsync([UniqueId.Parse(mail.Key)], understood ? _processed : _notUnderstood, t), cancellationToken);

    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!_client.Capabilities.HasFlag(ImapCapabilities.Idle))
        {
            await Task.Delay(_options.PollInterval, _time, cancellationToken);
            return true;
        }

        var wait = _options.PollInterval < LongestIdle ? _options.PollInterval : LongestIdle;
        using var done = new CancellationTokenSource(wait, _time);
        await using var stop = cancellationToken.Register(done.Cancel);
        _idle = done;
        try
        {
            if (!_news)
            {
                // A stop ends it by DONE, so that leave can be taken.
                await new Patience(wait + _options.CommandTimeout, _time).WaitAsync(
                    t => _client.IdleAsync(done.Token, t), CancellationToken.None);
            }

            return true;
        }
        finally
        {
            _idle = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _folder.CountChanged -= OnCountChanged;
        try
        {
            if (_client.IsConnected)
            {
                await _patience.WaitAsync(t => _client.DisconnectAsync(quit: true, t), CancellationToken.None);
            }
        }
        catch (Exception exception) when (MailboxFault.Is(exception))
        {
            // Gone without a word.
        }

        _client.Dispose();
    }

    /// <summary>More than before: something arrived, perhaps while something else was asked.</summary>
    private void OnCountChanged(object? sender, EventArgs e)
    {
        if (_folder.Count > _known)
        {
            _news = true;
            _idle?.Cancel();
        }

        _known = _folder.Count;
    }
}
