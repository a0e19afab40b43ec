using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using PendingDelivery = MailApi.Core.Delivery.Queueing.PendingRecipient;

namespace MailApi.Core.Accepting;

/// <summary>
/// One message of an <see cref="AcceptMessages"/>. When the relay queue has room the row is inserted already leased by
/// this node and handed over in memory after the commit; otherwise the table alone carries it.
/// </summary>
internal sealed class AcceptMessage(PendingMessage pending, AcceptContext context)
{
    private const string SandboxSuppressed = "suppressed@sandbox.test";
    private const int FirstAttempt = 1;

    private readonly (bool Compressed, byte[] Bytes) _stored = StoredMime.Pack(pending.Mime);
    private readonly Ticket[] _suppressed = new Ticket[pending.Recipients.Count];
    private Ticket? _key;
    private DateTimeOffset _now;
    private Id<Message>? _id;
    private Message? _message;
    private List<Recipient> _recipients = [];
    private LeasedDelivery? _leased;
    private bool _mayBeLeased;

    public Id<Project> ProjectId => pending.ProjectId;

    /// <summary>Why the message is not accepted, once the first round has been answered.</summary>
    public AcceptResult? Refusal =>
        _key is { Affected: 0 } ? new AcceptResult.KeyUsed(pending.Idempotency!.Key)
        : Recipients().All(r => r.Status == RecipientStatus.Suppressed) ? new AcceptResult.AllSuppressed(Recipients())
        : null;

    public void Claim(IStatements statements, DateTimeOffset now)
    {
        if (pending.Idempotency is { } claim)
        {
            _key = statements.Add(
                Statements.ClaimKey, ProjectId.Value, claim.Key, claim.RequestHash, now, now - AcceptContext.KeyLifetime);
        }

        for (var i = 0; i < _suppressed.Length; i++)
        {
            _suppressed[i] = statements.Add(
                Statements.FindSuppressed, ProjectId.Value, pending.Recipients[i].Mailbox.Address.Key, now);
        }
    }

    /// <summary>Whatever an earlier try has made is forgotten, but for the id.</summary>
    public void Begin(DateTimeOffset now)
    {
        Release();
        _now = now;
        _message = null;
        _recipients = [];
    }

    /// <summary>Accepts the message, or says why not.</summary>
    public AcceptResult Write(IStatements statements, DateTimeOffset now)
    {
        if (Refusal is { } refusal)
        {
            LetGo(statements);
            return refusal;
        }

        var message = _message!;
        InsertMessage(statements, message);
        InsertDelivery(statements, message, now);
        InsertEvents(statements, message, now);
        return new AcceptResult.Accepted(message, _recipients);
    }

    /// <summary>The message stays out because of itself or because of another.</summary>
    public AcceptResult Refuse(IStatements statements)
    {
        var refusal = Refusal;
        LetGo(statements);
        return refusal ?? new AcceptResult.NotTried();
    }

    /// <summary>Frees the message's own idempotency key if this request had just taken it.</summary>
    public void LetGo(IStatements statements)
    {
        if (_key is { Affected: > 0 })
        {
            statements.Add(Statements.FreeKey, ProjectId.Value, pending.Idempotency!.Key);
        }
    }

    /// <summary>The answer to keep for the message's own key.</summary>
    public void KeepAnswer(IStatements statements, byte[] answer)
    {
        if (_key is { Affected: > 0 })
        {
            statements.Add(Statements.KeepAnswer, ProjectId.Value, pending.Idempotency!.Key, 202, answer);
        }
    }

    /// <summary>After the commit: into the queue, or a word to those who read the table.</summary>
    public void HandOver()
    {
        if (_leased is { } leased)
        {
            context.Queue.Add(leased);
        }
        else if (_message is { SendAt: null })
        {
            context.Queue.Wake();
        }
    }

    /// <summary>No commit was confirmed.</summary>
    public void Orphan()
    {
        if (_mayBeLeased)
        {
            context.Orphans.Add(_id!.Value, FirstAttempt);
        }

        Release();
    }

    private void Release()
    {
        if (_leased is { } leased)
        {
            context.Queue.Release(leased.Place);
            _leased = null;
        }
    }

    /// <summary>
    /// Ids are made here, in the order of the commits, so that lists ordered by id are in insertion order. One that may
    /// have been committed is kept: if it was, or is yet to be, no other try can make a second message of it.
    /// </summary>
    private List<Recipient> Recipients()
    {
        if (_message is not null)
        {
            return _recipients;
        }

        var scheduled = pending.SendAt is not null;
        var id = _id ??= Id<Message>.New(_now);
        _message = NewMessage(id, scheduled);
        for (var i = 0; i < pending.Recipients.Count; i++)
        {
            _recipients.Add(NewRecipient(id, i, scheduled));
        }

        return _recipients;
    }

    private Message NewMessage(Id<Message> id, bool scheduled) => new()
    {
        Id = id,
        ProjectId = ProjectId,
        Status = scheduled ? MessageStatus.Scheduled : MessageStatus.Queued,
        Priority = pending.Priority,
        Sandbox = pending.Sandbox,
        FromEmail = pending.From.Address.ToString(),
        FromName = pending.From.Name,
        Subject = pending.Subject,
        Tags = pending.Tags,
        Metadata = pending.Metadata,
        Size = pending.Mime.Length + context.Headers.Write(id, pending.From.Address.Domain, _now).Length,
        CreatedAt = _now,
        SendAt = pending.SendAt,
        ResentFrom = pending.ResentFrom,
        TemplateId = pending.Template?.Id,
        TemplateVersion = pending.Template?.Version,
    };

    private Recipient NewRecipient(Id<Message> id, int position, bool scheduled)
    {
        var (mailbox, kind) = pending.Recipients[position];
        var key = mailbox.Address.Key;
        var reason = SuppressionOf(position);
        return new Recipient
        {
            MessageId = id,
            Position = position,
            ProjectId = ProjectId,
            Email = mailbox.Address.ToString(),
            EmailKey = key,
            Name = mailbox.Name,
            Kind = kind,
            Status = reason is not null ? RecipientStatus.Suppressed
                : scheduled ? RecipientStatus.Scheduled : RecipientStatus.Queued,
            Reason = reason,
        };
    }

    private string? SuppressionOf(int position)
    {
        var reason = _suppressed[position].Rows is [string listed] ? listed
            : pending.Recipients[position].Mailbox.Address.Key == SandboxSuppressed ? Names.Of(SuppressionReason.HardBounce)
            : null;
        return reason is null || pending.IgnoredSuppressions.Any(ignored => Names.Of(ignored) == reason) ? null : reason;
    }

    private void InsertMessage(IStatements statements, Message message)
    {
        message.EventCount = 1 + _recipients.Count(r => r.Status != RecipientStatus.Queued);
        statements.Add(
            Statements.InsertMessage, message.Id.Value, ProjectId.Value, Names.Of(message.Status), (int)message.Priority,
            message.Sandbox, message.FromEmail, message.FromName, message.Subject, JsonColumn.Write(message.Tags),
            JsonColumn.Write(message.Metadata), message.Size, message.CreatedAt, message.SendAt, message.ResentFrom?.Value,
            message.EventCount, message.TemplateId?.Value, message.TemplateVersion);
        statements.Add(Statements.InsertContent, message.Id.Value, _stored.Compressed, _stored.Bytes);
        foreach (var r in _recipients)
        {
            statements.Add(
                Statements.InsertRecipient, message.Id.Value, r.Position, ProjectId.Value, r.Email, r.EmailKey, r.Name,
                Names.Of(r.Kind), Names.Of(r.Status), r.Reason);
        }
    }

    private void InsertDelivery(IStatements statements, Message message, DateTimeOffset now)
    {
        var due = message.SendAt ?? now;
        var expires = due + context.Delivery.ExpiresAfter;
        var leased = message.SendAt is null && context.Queue.TryReserve(PlaceOf(message)) == Reservation.Taken;
        statements.Add(
            Statements.InsertDelivery, message.Id.Value, ProjectId.Value, (int)message.Priority, due, expires,
            leased ? FirstAttempt : 0, leased ? context.Node.Id : null, leased ? now : null);
        if (leased)
        {
            _leased = Lease(message, expires);
            _mayBeLeased = true;
        }
    }

    private Place PlaceOf(Message message)
    {
        var first = _recipients.FindIndex(r => r.Status == RecipientStatus.Queued);
        return new Place(ProjectId, message.Priority, pending.Recipients[first].Mailbox.Address.Domain, message.Size);
    }

    private LeasedDelivery Lease(Message message, DateTimeOffset expires) => new()
    {
        MessageId = message.Id,
        ProjectId = ProjectId,
        Priority = message.Priority,
        Attempt = FirstAttempt,
        LeasedAt = _now,
        Sandbox = message.Sandbox,
        Sender = context.ReturnPaths.Of(message.Id, pending.From.Address),
        Recipients =
        [
            .. _recipients.Where(r => r.Status == RecipientStatus.Queued)
                .Select(r => new PendingDelivery(r.Position, pending.Recipients[r.Position].Mailbox.Address)),
        ],
        Tags = pending.Tags,
        Metadata = pending.Metadata,
        Prefix = context.Headers.Write(message.Id, pending.From.Address.Domain, message.CreatedAt),
        Mime = pending.Mime,
        ExpiresAt = expires,
        Bytes = message.Size,
    };

    private void InsertEvents(IStatements statements, Message message, DateTimeOffset now)
    {
        var sequence = 0;
        void Record(string type, Recipient? recipient, EventDetails? details) => context.Events.Record(
            statements, new NewEvent(ProjectId, type, now)
            {
                MessageId = message.Id,
                Tags = pending.Tags,
                Metadata = pending.Metadata,
                Sequence = ++sequence,
                Recipient = recipient?.Email,
                RecipientKey = recipient?.EmailKey,
                Details = details,
            });

        Record(EventTypes.MessageAccepted, null, null);
        foreach (var recipient in _recipients)
        {
            if (recipient.Status == RecipientStatus.Suppressed)
            {
                Record(EventTypes.MessageSuppressed, recipient, new EventDetails { Reason = recipient.Reason });
            }
            else if (recipient.Status == RecipientStatus.Scheduled)
            {
                Record(EventTypes.MessageScheduled, recipient, null);
            }
        }
    }
}
