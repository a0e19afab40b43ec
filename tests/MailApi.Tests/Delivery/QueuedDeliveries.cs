using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;

namespace MailApi.Tests.Delivery;

/// <summary>Fills a queue with what it is about: whose, how urgent, and where to.</summary>
internal static class QueuedDeliveries
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    /// <summary>One more delivery of ten bytes, which has to find a place.</summary>
    public static void Put(this RelayQueue queue, Id<Project> project, Priority priority, string domain)
    {
        Assert.True(EmailAddress.TryParse($"a@{domain}", out var address, out _));
        var delivery = new LeasedDelivery
        {
            MessageId = Id<Message>.New(Now),
            ProjectId = project,
            Priority = priority,
            Attempt = 1,
            LeasedAt = Now,
            Sandbox = false,
            Sender = address,
            Recipients = [new PendingRecipient(0, address)],
            Tags = [],
            Metadata = new Dictionary<string, string>(),
            Prefix = [],
            Mime = [],
            ExpiresAt = Now,
            Bytes = 10,
        };
        Assert.Equal(Reservation.Taken, queue.TryReserve(delivery.Place));
        queue.Add(delivery);
    }
}
