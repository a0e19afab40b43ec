using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Bounces;

/// <summary>Reports of what became of messages after a relay had taken them.</summary>
internal static class BounceRoutes
{
    public static void MapBounces(this RouteGroupBuilder v1)
    {
        var bounces = v1.MapGroup("/bounces").WithTags("Bounces");

        bounces.MapPost("/", ReceiveBounce.HandleAsync).RequireScope(Scopes.Suppressions)
            .WithName("receiveBounce").TakesOnly(
                InspectReport.ContentType, "A bounce, delay or complaint as it arrived.",
                "From: MAILER-DAEMON@mx.example.net\r\nTo: b+…@bounces.acme.example\r\nContent-Type: multipart/report; …\r\n")
            .WithSummary("Take a report that came back")
            .WithDescription(
                "Believed only of a message that the report has provably come from: by its signed return path, or its "
                + "Message-ID. The same report may come again; it is recorded once.")
            .Declare(400, 401, 403, 413, 415, 429);

        // One address, two kinds of bodies: routing tells them apart by Content-Type, and answers 415 to others;
        // the order settles a request without one.
        bounces.MapPost("/inspect", InspectReply.Handle).RequireScope(Scopes.Read)
            .WithName("inspectBounce").WithExample(new { SmtpReply = "550 5.1.1 <ann@example.net>: User unknown" })
            .WithBody(InspectReport.ContentType, "A bounce, delay or complaint as it arrived.")
            .WithSummary("What would be made of a report, or of a server's reply")
            .WithDescription("Nothing is stored and nobody is suppressed.")
            .Produces<InspectedBounceResponse>()
            .Declare(400, 401, 403, 413, 415, 422, 429);
        bounces.MapPost("/inspect", InspectReport.HandleAsync).RequireScope(Scopes.Read)
            .WithMetadata(new Microsoft.AspNetCore.Http.Metadata.AcceptsMetadata([InspectReport.ContentType]))
            .ExcludeFromDescription().WithOrder(1);
    }
}
