using System.Net;
using System.Net.Sockets;
using System.Text;
using MailApi.Core.Notifications.Sending;

namespace MailApi.Tests.Notifications.Sending;

/// <summary>How one request ends when an endpoint misbehaves.</summary>
public sealed class WebhookFaultTests
{
    private const string Empty = "Content-Length: 0\r\n\r\n";

    [Theory]
    [InlineData(200, null)]
    [InlineData(204, null)]
    [InlineData(301, "The endpoint answered 301, a redirect; redirects are not followed.")]
    [InlineData(302, "The endpoint answered 302, a redirect; redirects are not followed.")]
    [InlineData(303, "The endpoint answered 303, a redirect; redirects are not followed.")]
    [InlineData(307, "The endpoint answered 307, a redirect; redirects are not followed.")]
    [InlineData(308, "The endpoint answered 308, a redirect; redirects are not followed.")]
    [InlineData(400, "The endpoint answered 400.")]
    [InlineData(401, "The endpoint answered 401.")]
    [InlineData(410, "The endpoint answered 410: it is gone.")]
    [InlineData(500, "The endpoint answered 500.")]
    public async Task The_status_decides(int status, string? error)
    {
        await using var server = RawHttpServer.Start(
            $"HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\n{(status == 204 ? "\r\n" : Empty)}");
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Equal((status, error, error is null), (answer.StatusCode, answer.Error, answer.Succeeded));
        Assert.Null(answer.RetryAfter);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "0", 0)]
    [InlineData(503, "999999999999999999999", 86_400)]
    [InlineData(429, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400)]
    [InlineData(429, "Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    [InlineData(429, "soon", null)]
    [InlineData(429, "-5", null)]
    [InlineData(500, "120", null)]
    public async Task Retry_After_is_read_of_429_and_503_and_bounded(int status, string value, int? seconds)
    {
        await using var server = RawHttpServer.Start($"HTTP/1.1 {status} X\r\nRetry-After: {value}\r\n{Empty}");
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Equal(seconds, (int?)answer.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_slow_answer_is_waited_for_and_its_start_kept()
    {
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await Task.Delay(500, token);
            await s.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"u8.ToArray(), token);
        });
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Equal((true, "fine"), (answer.Succeeded, answer.Response));
        Assert.InRange(answer.Duration.TotalSeconds, 0.4, 4);
    }

    [Fact]
    public async Task An_endpoint_that_takes_no_connection_times_out()
    {
        // A queue of waiting connections that is full: the kernel answers no further SYN.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var waiting = Enumerable.Range(0, 8).Select(_ => new TcpClient()).ToList();
        waiting.ForEach(c => _ = c.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken).AsTask());
        using var sender = new Sender(o => o.ConnectTimeout = TimeSpan.FromSeconds(1));
        var answer = await sender.PostAsync($"http://127.0.0.1:{port}/");
        waiting.ForEach(c => c.Dispose());

        Assert.Contains("timed out", answer.Error, StringComparison.Ordinal);
        Assert.InRange(answer.Duration.TotalSeconds, 0.8, 4);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var sender = new Sender();
        var answer = await sender.PostAsync($"http://127.0.0.1:{port}/");

        Assert.Equal($"The connection to 127.0.0.1:{port} failed: connection refused.", answer.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ")]
    public async Task Headers_that_do_not_end_time_out(string start)
    {
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await s.WriteAsync(Encoding.ASCII.GetBytes(start), token);
            await Task.Delay(Timeout.Infinite, token);
        });
        using var sender = new Sender(o => o.Timeout = TimeSpan.FromSeconds(1));
        var answer = await sender.PostAsync(server);

        Assert.Equal((null, "The endpoint did not answer within 1 s."), (answer.StatusCode, answer.Error));
    }

    [Fact]
    public async Task A_body_that_hangs_is_cut_and_the_status_decides()
    {
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await s.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray(), token);
            await Task.Delay(Timeout.Infinite, token);
        });
        using var sender = new Sender(o => o.Timeout = TimeSpan.FromSeconds(1));
        var answer = await sender.PostAsync(server);

        Assert.Equal((true, "half"), (answer.Succeeded, answer.Response));
        Assert.InRange(answer.Duration.TotalSeconds, 0.5, 4);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public async Task A_reset_before_the_headers_end_is_a_failure(string start)
    {
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await s.WriteAsync(Encoding.ASCII.GetBytes(start), token);
            var socket = ((NetworkStream)s).Socket;
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Null(answer.StatusCode);
        Assert.Contains("before its answer was complete", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_HTTP_is_a_failure()
    {
        await using var server = RawHttpServer.Start("220 mail.example ESMTP\r\n\r\n");
        using var sender = new Sender();

        Assert.Equal("The endpoint's answer is not HTTP.", (await sender.PostAsync(server)).Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4_000)]
    public async Task Headers_of_a_megabyte_are_a_failure(int lines)
    {
        var headers = string.Concat(Enumerable.Repeat($"X-Big: {new string('a', 1_000_000 / lines)}\r\n", lines));
        await using var server = RawHttpServer.Start($"HTTP/1.1 200 OK\r\n{headers}{Empty}");
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Equal((null, "The headers of the endpoint's answer are longer than 64 KB."), (answer.StatusCode, answer.Error));
    }

    [Fact]
    public async Task Of_a_gigabyte_no_more_than_the_start_is_taken()
    {
        long written = 0;
        var hungUp = new TaskCompletionSource();
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await s.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"u8.ToArray(), token);
            var block = Encoding.ASCII.GetBytes(new string('x', 65_536));
            try
            {
                while (written < 1 << 30)
                {
                    await s.WriteAsync(block, token);
                    written += block.Length;
                }
            }
            catch (IOException)
            {
                // Hung up on, as it should be.
            }

            hungUp.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        using var sender = new Sender();
        var before = GC.GetTotalAllocatedBytes();
        var answer = await sender.PostAsync(server);
        var taken = GC.GetTotalAllocatedBytes() - before;
        await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal((true, new string('x', 1_024)), (answer.Succeeded, answer.Response));
        Assert.InRange(written, 0, 32 << 20);
        Assert.InRange(taken, 0, 64 << 20);
    }

    [Fact]
    public async Task A_compressed_body_is_not_unpacked()
    {
        await using var server = RawHttpServer.Start(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u0001\u0002\u0003");
        using var sender = new Sender();
        var answer = await sender.PostAsync(server);

        Assert.Equal((true, "(a compressed body, which is not unpacked)"), (answer.Succeeded, answer.Response));
        Assert.DoesNotContain("Accept-Encoding", server.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_is_kept_of_a_body_is_harmless()
    {
        byte[] body = [.. "a\0b\u001b[31m\u202ec\r\n"u8, 0xff, 0xfe, .. "d"u8];
        await using var server = RawHttpServer.Start(async (s, token) =>
        {
            await s.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 400 X\r\nContent-Length: {body.Length}\r\n\r\n"), token);
            await s.WriteAsync(body, token);
        });
        using var sender = new Sender();

        Assert.Equal("a\ufffdb\ufffd[31m\ufffdc\n\ufffd\ufffdd", (await sender.PostAsync(server)).Response);
    }

    [Fact]
    public async Task Only_the_callers_token_throws()
    {
        var asked = new TaskCompletionSource();
        await using var server = RawHttpServer.Start((_, token) =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        using var client = new WebhookClient(
            Microsoft.Extensions.Options.Options.Create(new WebhookOptions { AllowedNetworks = ["127.0.0.0/8"] }),
            TimeProvider.System);
        using var cancelled = new CancellationTokenSource();
        var posting = client.PostAsync(Sender.Request($"http://127.0.0.1:{server.Port}/"), cancelled.Token);
        await asked.Task;
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
    }
}
