using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// One connection to a relay, signed in and ready for one transaction after the other. Not thread-safe: the pool
/// lends it to one sender at a time.
/// </summary>
internal sealed class SmtpSession : SmtpClient
{
    private static readonly FormatOptions Plain = StoredMessage.Format(international: false);
    private static readonly FormatOptions International = StoredMessage.Format(international: true);

    private readonly Socket _socket;
    private readonly GuardedStream _stream;
    private readonly PhaseClock _clock;
    private readonly ReplyTap _tap;
    private readonly StoredMessage _sevenBit = new(eightBit: false);
    private readonly StoredMessage _eightBit = new(eightBit: true);
    private Transaction? _transaction;
    private long _size;
    private bool _farewell;
    private bool _welcome;

    private SmtpSession(Socket socket, PhaseClock clock, ReplyTap tap, RelayOptions options)
        : base(tap)
    {
        (_socket, _clock, _tap) = (socket, clock, tap);
        _stream = new GuardedStream(socket, clock);
        Ip = (socket.RemoteEndPoint as IPEndPoint)?.Address.ToString();
        LocalDomain = options.EhloName;
    }

    /// <summary>The address the connection goes to.</summary>
    public string? Ip { get; }

    /// <summary><c>TLSv1.3</c>; null in clear.</summary>
    public string? Tls => _stream.Tls switch
    {
        null => null,
        SslProtocols.Tls13 => "TLSv1.3",
        _ => "TLSv1.2",
    };

    public bool OffersEightBit { get; private set; }

    public bool OffersSmtpUtf8 { get; private set; }

    /// <summary>The most the server takes (RFC 1870); 0 when it does not say.</summary>
    public long MaxMessageSize { get; private set; }

    /// <summary>Transactions begun so far.</summary>
    public int Transactions { get; private set; }

    /// <summary>When the session was last given back; kept by the pool.</summary>
    public DateTimeOffset IdleSince { get; set; }

    /// <summary>False when the session must not be used again.</summary>
    public bool IsSound =>
        IsConnected && !_farewell && _clock.ExpiredIn is null && !_stream.Ended && _stream.IsSettled && _tap.IsAligned;

    internal PhaseClock Clock => _clock;

    internal ReplyTap Tap => _tap;

    internal GuardedStream Connection => _stream;

    public static SmtpSession Over(Socket socket, RelayOptions options, Pulse pulse, TimeProvider time)
    {
        var clock = new PhaseClock(options, socket, pulse, time);
        return new SmtpSession(socket, clock, new ReplyTap(clock), options);
    }

    /// <summary>Notes what the server offers, once connected and signed in.</summary>
    public void Ready(bool pipelining)
    {
        OffersEightBit = Capabilities.HasFlag(SmtpCapabilities.EightBitMime);
        OffersSmtpUtf8 = OffersEightBit && Capabilities.HasFlag(SmtpCapabilities.UTF8);
        MaxMessageSize = Capabilities.HasFlag(SmtpCapabilities.Size) ? MaxSize : 0;

        // Messages go out with DATA, which every server knows and which needs no second way of writing them.
        var unwanted = SmtpCapabilities.BinaryMime | SmtpCapabilities.Chunking
            | (pipelining ? 0 : SmtpCapabilities.Pipelining) | (OffersSmtpUtf8 ? 0 : SmtpCapabilities.UTF8);
        Capabilities &= ~unwanted;
        _clock.Enter(SmtpPhase.Idle);
    }

    /// <summary>False when an idle connection has been closed by the server, or bears words nobody asked for.</summary>
    public bool IsQuiet() => IsSound && !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Runs one transaction. Throws only when cancelled.</summary>
    public async Task<Transaction> TransactAsync(
        MessageBytes bytes, MailboxAddress sender, List<MailboxAddress> recipients, CancellationToken cancellationToken)
    {
        var transaction = _transaction = new Transaction(recipients);
        var stored = bytes.HasEightBitBody || bytes.HasRawHeaders ? _eightBit : _sevenBit;
        stored.Load(bytes, _clock);
        _size = bytes.Size;
        var pipelining = Capabilities.HasFlag(SmtpCapabilities.Pipelining);
        _tap.TransactionReplies = pipelining ? 1 + recipients.Count : 1;

        // A server that refused everybody last time is not asked for DATA before it has accepted somebody.
        _stream.RepliesBeforeData = pipelining && _welcome ? 1 + recipients.Count : 0;
        Transactions++;
        try
        {
            var format = bytes.HasRawHeaders ? International : Plain;
            var text = await SendAsync(format, stored.Message, sender, recipients, cancellationToken);
            transaction.Data = ServerReply.Of(250, text);
        }
        catch (SmtpCommandException e)
        {
            transaction.Refuse(
                ServerReply.Of((int)e.StatusCode, e.Message),
                e.ErrorCode == SmtpErrorCode.MessageNotAccepted ? SmtpPhase.DataTermination : SmtpPhase.DataInitiation);
        }
        catch (ServiceNotAuthenticatedException e)
        {
            transaction.Refuse(ServerReply.Of(530, e.Message), SmtpPhase.DataTermination);
        }
        catch (Exception e) when (IsLoss(e))
        {
            transaction.Phase = _clock.Phase;
            transaction.Lost = LossOf(e);
        }
        finally
        {
            stored.Unload();
            _transaction = null;
        }

        (_farewell, _welcome) = (transaction.IsFarewell, transaction.HasRecipients);
        if (IsSound)
        {
            _clock.Enter(SmtpPhase.Idle);
        }

        return transaction;
    }

    /// <summary>Says QUIT and closes. Its outcome means nothing for what was sent before.</summary>
    public async Task QuitAsync()
    {
        try
        {
            await DisconnectAsync(IsSound, CancellationToken.None);
        }
        catch (Exception e) when (IsLoss(e))
        {
            // Nobody answers a farewell to a closed door.
        }

        Abort();
    }

    /// <summary>Closes without a word.</summary>
    public void Abort()
    {
        Dispose();
        _stream.Dispose();
    }

    /// <summary>True for what MailKit throws when a connection breaks or a server talks nonsense.</summary>
    public static bool IsLoss(Exception exception) => exception
        is IOException or SmtpProtocolException or ServiceNotConnectedException or ObjectDisposedException;

    /// <summary>The sentence for an exception that <see cref="IsLoss"/>.</summary>
    public string LossOf(Exception exception) => exception switch
    {
        _ when _clock.ExpiredIn is { } phase => LossReasons.TimedOut(phase, _clock.Allowed(phase)),
        UnruledReplyException => exception.Message,
        _ when _stream.Ended => LossReasons.Closed(_clock.Phase),
        SmtpProtocolException => LossReasons.Garbled(_clock.Phase),
        _ => LossReasons.Broken(_clock.Phase),
    };

    protected override void Prepare(
        FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
    {
        // The bytes were made fit for this server before.
    }

    protected override Task<long> GetSizeAsync(
        FormatOptions options, MimeMessage message, CancellationToken cancellationToken) => Task.FromResult(_size);

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        _transaction!.Sender = ServerReply.Of(response);

    protected override void OnSenderNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        _transaction!.Sender = ServerReply.Of(response);
        _transaction.SenderRefused = true;
        base.OnSenderNotAccepted(message, mailbox, response);
    }

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        _transaction!.Answer(mailbox, ServerReply.Of(response));

    // The base class throws here, which would cost all the other recipients their copy.
    protected override void OnRecipientNotAccepted(
        MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        _transaction!.Answer(mailbox, ServerReply.Of(response));
}
