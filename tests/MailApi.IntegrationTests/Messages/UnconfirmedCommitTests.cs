using System.Data.Common;
using MailApi.Core.Accepting;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Messages;

/// <summary>The connection broke before a commit was confirmed: whether it happened, only the database knows.</summary>
public sealed class UnconfirmedCommitTests
{
    private static readonly IdempotencyClaim Key = new("order-17", new byte[32]);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_was_committed_all_the_same_is_accepted_once(string provider)
    {
        await using var node = await AcceptingNode.StartAsync(provider);
        var accept = node.Accept(Key);
        await node.TryAsync(accept);

        await node.TryAsync(accept);
        accept.Committed();

        await AssertAcceptedOnceAsync(node, accept);
        await using var db = node.Contexts.CreateDbContext();
        Assert.Equal(202, (await db.IdempotencyKeys.SingleAsync()).StatusCode);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_was_not_committed_is_accepted_by_the_next_try(string provider)
    {
        await using var node = await AcceptingNode.StartAsync(provider);
        var accept = node.Accept(Key);
        await Assert.ThrowsAsync<IOException>(() => node.TryAsync(accept, written: () => throw new IOException("It broke.")));

        await node.TryAsync(accept);
        accept.Committed();

        await AssertAcceptedOnceAsync(node, accept);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_is_given_up_is_sent_from_the_table_if_it_was_committed_all_the_same(string provider)
    {
        await using var node = await AcceptingNode.StartAsync(provider);
        var accept = node.Accept(key: null);
        await node.TryAsync(accept);

        // The next try does not reach the database.
        accept.Failed(new IOException("It broke."));

        await AssertFreedAsync(node);
        await Assert.ThrowsAsync<IOException>(() => accept.Done);
    }

    [Fact]
    public async Task A_commit_that_comes_through_during_the_next_try_leaves_one_message()
    {
        await using var node = await AcceptingNode.StartAsync("postgres");
        var accept = node.Accept(key: null);
        var late = await node.TryLateAsync(accept);

        // The next try has looked for it and has not found it.
        var failure = await Assert.ThrowsAnyAsync<DbException>(() => node.TryAsync(accept, claimed: late));
        accept.Failed(failure);

        await AssertFreedAsync(node);
    }

    [Fact]
    public async Task The_next_try_waits_for_one_that_still_holds_the_key()
    {
        await using var node = await AcceptingNode.StartAsync("postgres");
        var accept = node.Accept(Key);
        var late = await node.TryLateAsync(accept);

        var next = node.TryAsync(accept);
        await node.WaitForLockAsync();
        await late();
        await next;
        accept.Committed();

        await AssertAcceptedOnceAsync(node, accept);
    }

    private static async Task AssertAcceptedOnceAsync(AcceptingNode node, AcceptMessages accept)
    {
        var accepted = Assert.IsType<AcceptResult.Accepted>(Assert.Single(await accept.Done));
        Assert.Equal(accepted.Message.Id, Assert.Single(node.Queue.Close()).MessageId);
        await using var db = node.Contexts.CreateDbContext();
        var row = await db.Deliveries.SingleAsync();
        Assert.Equal((accepted.Message.Id, node.Identity.Id, 1), (row.MessageId, row.LeaseOwner, row.Attempt));
    }

    /// <summary>It is in the table for any node to take, and nothing of it is left in memory.</summary>
    private static async Task AssertFreedAsync(AcceptingNode node)
    {
        await node.FreeOrphansAsync();
        await using var db = node.Contexts.CreateDbContext();
        var row = await db.Deliveries.SingleAsync();
        Assert.Equal((null, 0), (row.LeaseOwner, row.Attempt));
        Assert.False(node.Queue.IsFull(Priority.Normal));
        Assert.Empty(node.Queue.Close());
    }

    /// <summary>What of a node accepts messages, with commits by hand.</summary>
    private sealed class AcceptingNode : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly EndpointWakes _wakes = new(TimeProvider.System);
        private readonly EventLog _events;
        private readonly Orphans _orphans = new();
        private readonly MessageSeals _seals = new();
        private readonly Writer _writer;
        private readonly Writer _broken;

        private AcceptingNode(TestDatabase database)
        {
            _database = database;
            Contexts = new Contexts(database);
            _seals.UseKey(new byte[32]);

            // A place that an earlier try left taken would be missed.
            Queue = new RelayQueue(Options.Create(new DeliveryOptions { MaxInMemory = 1 }), TimeProvider.System);
            Queue.Open(senders: 1);
            _events = new EventLog(new Listeners(Contexts), new FreshEvents(), _wakes);
            _writer = new Writer(Contexts.Wrapped, _events);
            _broken = new Writer(Contexts.Wrapped, _events);
        }

        public Contexts Contexts { get; }

        public RelayQueue Queue { get; }

        public NodeIdentity Identity { get; } = new(TimeProvider.System);

        private ServiceHeaders Headers => new(_seals);

        private ReturnPaths ReturnPaths => new(_seals, "bounces", "mail.example");

        public static async Task<AcceptingNode> StartAsync(string provider)
        {
            var node = new AcceptingNode(await TestDatabase.CreateAsync(provider));
            await using var db = node.Contexts.CreateDbContext();
            await db.Database.MigrateAsync();
            return node;
        }

        public AcceptMessages Accept(IdempotencyClaim? key)
        {
            var context = new AcceptContext(
                TimeProvider.System, _events, Queue, Headers, ReturnPaths, Identity, _orphans, new DeliveryOptions());
            Assert.True(Mailbox.TryParse("from@example.com", out var sender, out _));
            Assert.True(Mailbox.TryParse("to@example.net", out var recipient, out _));
            var message = new PendingMessage
            {
                ProjectId = Id<Project>.New(DateTimeOffset.UtcNow),
                From = sender,
                Subject = "Your order",
                Recipients = [new Core.Accepting.PendingRecipient(recipient, RecipientKind.To)],
                Priority = Priority.Normal,
                Sandbox = false,
                SendAt = null,
                Tags = [],
                Metadata = new Dictionary<string, string>(),
                Mime = "Subject: Your order\r\n\r\n"u8.ToArray(),
            };
            return new AcceptMessages([message], key, AcceptMode.Atomic, AcceptAnswers.None, context);
        }

        /// <summary>One try to commit, of which nobody is told.</summary>
        public Task TryAsync(AcceptMessages accept, Func<Task>? claimed = null, Func<Task>? written = null) =>
            TryAsync(_writer, accept, claimed, written);

        /// <summary>
        /// A try whose connection is lost to the node after all was sent. What is returned has the database carry it out.
        /// </summary>
        public async Task<Func<Task>> TryLateAsync(AcceptMessages accept)
        {
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var carryOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var late = TryAsync(_broken, accept, claimed: null, written: () =>
            {
                sent.SetResult();
                return carryOut.Task;
            });
            await Task.WhenAny(sent.Task, late);
            return () =>
            {
                carryOut.TrySetResult();
                return late;
            };
        }

        public Task FreeOrphansAsync() => new Leases(
            _writer, Contexts, Queue, Headers, ReturnPaths, Identity, _orphans, new Parking(TimeProvider.System),
            TimeProvider.System).FreeOrphansAsync(TestContext.Current.CancellationToken);

        /// <summary>Until something waits for a lock in the database.</summary>
        public async Task WaitForLockAsync()
        {
            await using var db = Contexts.CreateDbContext();
            var waiting = db.Database.SqlQuery<int>(
                $"""
                SELECT count(*)::int AS "Value" FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """);
            await ApiClient.WaitAsync(async () => await waiting.SingleAsync(), seen => seen.GetValue<int>() > 0);
        }

        public async ValueTask DisposeAsync()
        {
            await _writer.DisposeAsync();
            await _broken.DisposeAsync();
            Queue.Dispose();
            _wakes.Dispose();
            await _database.DisposeAsync();
        }

        private static Task TryAsync(Writer writer, AcceptMessages accept, Func<Task>? claimed, Func<Task>? written) =>
            writer.TransactAsync(
                async session =>
                {
                    accept.Claim(session);
                    await session.FlushAsync(TestContext.Current.CancellationToken);
                    await (claimed?.Invoke() ?? Task.CompletedTask);
                    accept.Write(session);
                    await session.FlushAsync(TestContext.Current.CancellationToken);
                    await (written?.Invoke() ?? Task.CompletedTask);
                },
                TestContext.Current.CancellationToken);
    }
}
