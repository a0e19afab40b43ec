using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Events;
using MailApi.Http;
using MailApi.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MailApi.IntegrationTests.Lists;

/// <summary>Asks the handlers of the lists, without a server.</summary>
internal sealed class Asking(Past past, IInterceptor? interceptor = null)
{
    private static readonly ServiceHeaders Headers = new(Seals());

    private readonly DateTimeOffset _now = past.Now;

    public async Task<ListResponse<MessageResponse>> MessagesAsync(Id<Project> project, string query)
    {
        await using var db = Open();
        var answer = await ListMessages.HandleAsync(
            Context(query), Caller(project), db, Headers, new StoppedClock(_now), TestContext.Current.CancellationToken);
        return Assert.IsType<Ok<ListResponse<MessageResponse>>>(answer).Value!;
    }

    public async Task<ListResponse<EventResponse>> EventsAsync(Id<Project> project, string query)
    {
        await using var db = Open();
        var answer = await ListEvents.HandleAsync(Context(query), Caller(project), db, TestContext.Current.CancellationToken);
        return Assert.IsType<Ok<ListResponse<EventResponse>>>(answer).Value!;
    }

    /// <summary>All pages, one after the other.</summary>
    public static async Task<List<TId>> WalkAsync<T, TId>(Func<string, Task<ListResponse<T>>> ask, string query, Func<T, TId> id)
    {
        List<TId> seen = [];
        string? cursor = null;
        while (true)
        {
            var page = await ask($"{query}&limit=100{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.Data.Select(id));
            if (!page.HasMore)
            {
                return seen;
            }

            Assert.NotNull(cursor = page.NextCursor);
        }
    }

    private static MessageSeals Seals()
    {
        var seals = new MessageSeals();
        seals.UseKey(new byte[32]);
        return seals;
    }

    private MailDb Open()
    {
        var builder = new DbContextOptionsBuilder<MailDb>();
        DatabaseSetup.Configure(builder, past.Databases.Options);
        if (interceptor is not null)
        {
            builder.AddInterceptors(interceptor);
        }

        return new MailDb(builder.Options);
    }

    private static DefaultHttpContext Context(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString($"?{query}");
        return context;
    }

    private static ApiCaller Caller(Id<Project> project) => new()
    {
        KeyId = default,
        ProjectId = project,
        Sandbox = false,
        Scopes = [],
        AllowedFrom = [],
    };

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
