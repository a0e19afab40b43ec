using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Delivery;

public sealed class AttemptVerdictTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Next = Now.AddMinutes(5);

    [Fact]
    public void When_all_have_reached_their_end_nothing_is_due()
    {
        var verdict = Judge(Now.AddDays(1), Result("a@x.example", RecipientResultKind.Delivered));

        Assert.Null(verdict.NextDue);
        Assert.Equal(RecipientStatus.Delivered, Assert.Single(verdict.Changes).Status);
    }

    [Fact]
    public void Only_the_deferred_keep_the_delivery_open()
    {
        var verdict = Judge(
            Now.AddDays(1),
            Result("a@x.example", RecipientResultKind.Delivered), Result("b@x.example", RecipientResultKind.Deferred));

        Assert.Equal(Next, verdict.NextDue);
        Assert.Equal([RecipientStatus.Delivered, RecipientStatus.Deferred], verdict.Changes.Select(c => c.Status));
    }

    [Fact]
    public void The_last_attempt_is_made_at_expiry()
    {
        var expires = Now.AddMinutes(1);

        Assert.Equal(expires, Judge(expires, Result("a@x.example", RecipientResultKind.Deferred)).NextDue);
    }

    [Fact]
    public void After_expiry_a_deferral_is_a_failure()
    {
        var verdict = Judge(Now, Result("a@x.example", RecipientResultKind.Deferred));

        Assert.Null(verdict.NextDue);
        var change = Assert.Single(verdict.Changes);
        Assert.Equal((RecipientStatus.Failed, "expired"), (change.Status, change.Reason));
        Assert.Equal(EventTypes.MessageFailed, Assert.Single(change.Events).Type);
    }

    [Fact]
    public void A_bounce_ends_with_its_verdict()
    {
        var bounce = new Bounce(BounceClass.Hard, BounceCategory.InvalidRecipient);
        var change = Assert.Single(Judge(
            Now.AddDays(1), Result("a@x.example", RecipientResultKind.Bounced) with { Bounce = bounce }).Changes);

        Assert.Equal(RecipientStatus.Bounced, change.Status);
        Assert.Equal(bounce, change.Ended);
    }

    [Fact]
    public void The_last_relay_has_the_last_word()
    {
        var address = Address("a@x.example");
        var delivery = Delivery(Now.AddDays(1), [address]);
        var verdict = AttemptVerdict.On(
            delivery,
            [Attempt(Result("a@x.example", RecipientResultKind.Deferred)), Attempt(Result("a@x.example", RecipientResultKind.Delivered))],
            Next, Now);

        Assert.Null(verdict.NextDue);
        Assert.Equal(RecipientStatus.Delivered, Assert.Single(verdict.Changes).Status);
    }

    private static AttemptVerdict Judge(DateTimeOffset expires, params RecipientResult[] results) => AttemptVerdict.On(
        Delivery(expires, [.. results.Select(r => r.Recipient)]), [Attempt(results)], Next, Now);

    private static RelayResult Attempt(params RecipientResult[] results) =>
        new() { Relay = "main", Recipients = results, StartedAt = Now, FinishedAt = Now };

    private static RecipientResult Result(string email, RecipientResultKind kind) =>
        new(Address(email), kind, new SmtpReply(250, null, "250 ok"), null, null);

    private static EmailAddress Address(string text) =>
        EmailAddress.TryParse(text, out var address, out var error) ? address : throw new ArgumentException(error);

    private static LeasedDelivery Delivery(DateTimeOffset expires, IReadOnlyList<EmailAddress> recipients) => new()
    {
        MessageId = Id<Message>.New(Now),
        ProjectId = Id<Project>.New(Now),
        Priority = Priority.Normal,
        Attempt = 1,
        LeasedAt = Now,
        Sandbox = false,
        Sender = recipients[0],
        Recipients = [.. recipients.Select((r, i) => new PendingRecipient(i, r))],
        Tags = [],
        Metadata = new Dictionary<string, string>(),
        Prefix = [],
        Mime = [],
        ExpiresAt = expires,
        Bytes = 0,
    };
}
