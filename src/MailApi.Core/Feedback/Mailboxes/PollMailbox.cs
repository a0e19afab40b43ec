using System.Data.Common;
using MailApi.Core.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>
/// The job that reads the mailbox for reports: one node at a time does, from when it gets the lease until it stops or is in
/// trouble. A mail is filed after what it told has been committed; a crash in between makes it come again, which changes
/// nothing.
/// </summary>
public sealed partial class PollMailbox(
    ReceiveReport reports,
    MailboxLeases leases,
    NodeLane<PollMailbox> lane,
    IOptions<BounceOptions> options,
    TimeProvider time,
    ILogger<PollMailbox> logger)
{
    private static readonly TimeSpan LeaseCheck = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly MailboxOpener _opener = new(options.Value.Mailbox, time);
    private readonly string _source = options.Value.Mailbox.Protocol == MailboxProtocol.Imap ? "imap" : "pop3";

    public bool IsConfigured { get; } = options.Value.Mailbox.IsConfigured;

    /// <summary>What is wrong with the mailbox; null when this node last read it, or another does.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Runs until <paramref name="stopping"/>; the mail in hand is finished.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (!lane.TryEnter())
        {
            return;
        }

        var pause = FirstPause;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var wait = await TryReadAsync(stopping) ? LeaseCheck : pause;
                pause = wait == LeaseCheck ? FirstPause : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks));
                await Task.Delay(wait, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node stops; its lease ends with it.
        }
        finally
        {
            lane.Leave();
        }
    }

    /// <summary>Reads while the lease lasts; false after trouble.</summary>
    private async Task<bool> TryReadAsync(CancellationToken stopping)
    {
        try
        {
            while (await leases.TakeAsync(stopping))
            {
                await ReadAsync(stopping);
            }

            Trouble = null;
            return true;
        }
        catch (Exception exception) when (MailboxFault.Is(exception))
        {
            Suffer(MailboxFault.Describe(exception), exception);
        }
        catch (DbException exception)
        {
            Suffer("The database is out of reach.", exception);
        }

        await LetOthersAsync(stopping);
        return false;
    }

    /// <summary>One session: ends when the lease is lost, or the protocol wants another session.</summary>
    private async Task ReadAsync(CancellationToken stopping)
    {
        await using var session = await _opener.OpenAsync(stopping);
        if (Trouble is not null)
        {
            Trouble = null;
            Log.Recovered(logger);
        }

        while (await EmptyAsync(session, stopping) && await session.WaitAsync(stopping))
        {
            stopping.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> EmptyAsync(IMailboxSession session, CancellationToken stopping)
    {
        while (await session.FindAsync(stopping) is { Count: > 0 } mails)
        {
            var (understood, matched) = (0, 0);
            foreach (var mail in mails)
            {
                if (!await leases.IsHeldAsync(stopping))
                {
                    return false;
                }

                var report = await ReceiveAsync(session, mail, stopping);
                understood += report is { IsUnderstood: true } ? 1 : 0;
                matched += report is { Matched: not null } ? 1 : 0;
            }

            Log.Read(logger, mails.Count, understood, matched);
        }

        return true;
    }

    private async Task<ReceivedReport?> ReceiveAsync(IMailboxSession session, ArrivedMail mail, CancellationToken stopping)
    {
        var report = await session.ReadAsync(mail, stopping) is { } bytes
            ? await TryReceiveAsync(mail, bytes, stopping)
            : null;
        if (report is null)
        {
            Log.PutAside(logger, mail.Size);
        }

        // What is committed is filed even when the node stops.
        await session.FileAsync(mail, report is { IsUnderstood: true }, CancellationToken.None);
        return report;
    }

    private async Task<ReceivedReport?> TryReceiveAsync(ArrivedMail mail, byte[] bytes, CancellationToken stopping)
    {
        try
        {
            return await reports.ReceiveAsync(bytes, _source, stopping);
        }
#pragma warning disable CA1031 // The job's boundary: one mail that nobody foresaw must not hold up all others.
        catch (Exception exception) when (exception is not (DbException or IOException or TimeoutException
            or OperationCanceledException))
#pragma warning restore CA1031
        {
            Log.Failed(logger, exception, mail.Size);
            return null;
        }
    }

    /// <summary>Another node may reach the mailbox when this one cannot.</summary>
    private async Task LetOthersAsync(CancellationToken stopping)
    {
        try
        {
            await leases.GiveBackAsync(stopping);
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
        {
            // Then it stays ours, and we try again.
        }
    }

    private void Suffer(string reason, Exception exception)
    {
        if (Trouble != reason)
        {
            Log.InTrouble(logger, reason);
        }

        Trouble = reason;
        Log.Detail(logger, exception);
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "Read {Mails} mails from the mailbox: {Understood} understood, {Matched} about our messages")]
        public static partial void Read(ILogger logger, int mails, int understood, int matched);

        [LoggerMessage(LogLevel.Warning, "Put a mail of {Size} octets aside without reading it")]
        public static partial void PutAside(ILogger logger, long size);

        [LoggerMessage(LogLevel.Error, "A mail of {Size} octets made the service fail; it is kept as not understood")]
        public static partial void Failed(ILogger logger, Exception exception, long size);

        [LoggerMessage(LogLevel.Warning, "The mailbox is in trouble: {Reason}")]
        public static partial void InTrouble(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "The mailbox can be read again")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(LogLevel.Debug, "The mailbox's trouble in full")]
        public static partial void Detail(ILogger logger, Exception exception);
    }
}
