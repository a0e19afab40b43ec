using MailApi.Http;
using Microsoft.AspNetCore.Mvc;

namespace MailApi.Bounces.Relays;

/// <summary>What relays post of their own accord. They cannot send a key; each proves itself in its own way.</summary>
internal static class RelayNoticeRoutes
{
    private const int MaxBody = 4 * 1024 * 1024;

    public static void MapRelayNotices(this RouteGroupBuilder v1)
    {
        var bounces = v1.MapGroup("/bounces").WithTags("Relays").AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(MaxBody));
        bounces.MapPost("/ses", ReceiveSes.HandleAsync)
            .WithName("receiveSes").WithSummary("Take what Amazon SES tells by way of SNS")
            .WithDescription("Signed by SNS; the topic stands in Bounces:Ses:TopicArns. A subscription is confirmed by itself.")
            .Declare(400, 401, 404, 413, 503);
        bounces.MapPost("/sendgrid", ReceiveSendGrid.HandleAsync)
            .WithName("receiveSendGrid").WithSummary("Take what SendGrid's event webhook tells")
            .WithDescription("Signed; the key stands in Bounces:SendGrid:PublicKey.").Declare(400, 401, 404, 413);
        bounces.MapPost("/mailgun", ReceiveMailgun.HandleAsync)
            .WithName("receiveMailgun").WithSummary("Take what Mailgun's webhooks tell")
            .WithDescription("Signed; the key stands in Bounces:Mailgun:SigningKey.").Declare(400, 401, 404, 413);
        bounces.MapPost("/postmark", ReceivePostmark.HandleAsync)
            .WithName("receivePostmark").WithSummary("Take what Postmark's webhooks tell")
            .WithDescription("Basic authorization by Bounces:Postmark:Username and Password.").Declare(400, 401, 404, 413);
    }
}
