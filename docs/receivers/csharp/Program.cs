// A receiver of webhooks: WEBHOOK_SECRET=whsec_… dotnet run --project docs/receivers/csharp --urls http://127.0.0.1:3000
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

var secret = Environment.GetEnvironmentVariable("WEBHOOK_SECRET") ?? throw new InvalidOperationException("Set WEBHOOK_SECRET.");
var key = Convert.FromBase64String(secret["whsec_".Length..]);
var tolerance = TimeSpan.FromMinutes(5);

// In earnest: a unique column in your database, written together with what the event makes you do.
var seen = new ConcurrentDictionary<string, bool>();

var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/hook", async (HttpRequest request) =>
{
    // The bytes as they came: JSON that was parsed and written again has another signature.
    using var buffer = new MemoryStream();
    await request.Body.CopyToAsync(buffer);
    var body = buffer.ToArray();
    if (!Verify(request.Headers, body))
    {
        return Results.Unauthorized();
    }

    using var json = JsonDocument.Parse(body);
    if (seen.TryAdd(request.Headers["webhook-id"].ToString(), true))
    {
        // Hand it to a queue of yours here, and answer at once.
        Console.WriteLine($"{json.RootElement.GetProperty("id")} {json.RootElement.GetProperty("type")}");
    }

    return Results.NoContent();
});
app.Run();

bool Verify(IHeaderDictionary headers, byte[] body)
{
    var (id, timestamp) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
    if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - seconds) > tolerance.TotalSeconds)
    {
        return false;
    }

    byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
    var expected = Encoding.ASCII.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
    return headers["webhook-signature"].ToString().Split(' ')
        .Any(given => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given), expected));
}
