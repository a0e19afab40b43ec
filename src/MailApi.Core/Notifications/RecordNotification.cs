using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Domain;

namespace MailApi.Core.Notifications;

/// <summary>Writes what became of a request, only where the lease is still this node's.</summary>
internal sealed class RecordNotification(
    WebhookDelivery row, WebhookAttempt attempt, WebhookDeliveryStatus status, DateTimeOffset due, NodeIdentity node, EndpointWakes wakes)
    : IGroupWrite
{
    public void Claim(IStatements statements)
    {
    }

    public void Write(IStatements statements) => statements.Add(
        Statements.Record, row.Id.Value, node.Id, row.Attempt, Names.Of(status), due,
        JsonColumn.Write([.. row.Attempts, attempt]));

    public void Committed()
    {
        if (status == WebhookDeliveryStatus.Pending)
        {
            wakes.WakeAt(row.WebhookId, due);
        }
    }

    /// <summary>A result is never given up: the endpoint has been told, and only we know.</summary>
    public bool Failed(Exception exception) => true;
}
