using System.Text;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailApi.Tests.Smtp;

/// <summary>A relay towards a <see cref="LineServer"/>; tests say only what differs.</summary>
internal sealed class RelayDriver : IAsyncDisposable
{
    private Relay? _relay;

    public LineServer Server { get; } = new();

    public RelayOptions Options { get; } = new()
    {
        Host = "127.0.0.1",
        Security = RelaySecurity.None,
        LocalName = "client.test",
    };

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Relay Relay
    {
        get
        {
            Options.Port ??= Server.Port;
            return _relay ??= new Relay("main", Options, Time, NullLogger.Instance);
        }
    }

    public static EmailAddress Address(string text) =>
        EmailAddress.TryParse(text, out var address, out var error) ? address! : throw new ArgumentException(error);

    public static OutgoingMessage Message(string mime, params string[] recipients) => new(
        Address("sender@a.test"),
        [.. recipients.Select(Address)],
        Encoding.UTF8.GetBytes("Message-ID: <1@a.test>\r\n"),
        Encoding.UTF8.GetBytes(mime));

    public Task<RelayResult> SendAsync(params string[] recipients) =>
        SendAsync(Message("Subject: hello\r\n\r\ntext\r\n", recipients));

    public Task<RelayResult> SendAsync(OutgoingMessage message) =>
        Relay.SendAsync(message, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
