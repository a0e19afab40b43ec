using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Peers;

namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>
/// A real Postfix of a test's own: takes mail on a loopback port, hands it to the server given, gives up after seconds, and
/// delivers what comes back to <see cref="ReturnPathDomain"/> into a maildir. Needs root, as Postfix does.
/// </summary>
internal sealed class PostfixServer : IAsyncDisposable
{
    public const string ReturnPathDomain = "returns.example";
    private const string Program = "/usr/sbin/postfix";

    private readonly string _root = Directory.CreateTempSubdirectory("mailapi-postfix-").FullName;

    private PostfixServer()
    {
    }

    public int Port { get; } = FreePort.Next();

    public string Log => Path.Combine(_root, "log", "maillog");

    /// <summary>Starts one; skips the test where Postfix cannot be had.</summary>
    /// <param name="nextHop">The port that mail is handed to.</param>
    /// <param name="maildir">Where returned mail goes.</param>
    public static async Task<PostfixServer> StartAsync(int nextHop, string maildir)
    {
        Assert.SkipUnless(File.Exists(Program), "Postfix is not installed: run the tests by 'bash tests/run', which installs it.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Postfix can only be started by root.");
        var server = new PostfixServer();
        File.SetUnixFileMode(server._root, (UnixFileMode)0b111_101_101);
        foreach (var folder in (string[])["conf", "queue", "data", "log"])
        {
            Directory.CreateDirectory(Path.Combine(server._root, folder));
        }

        await RunAsync("chown", "postfix", Path.Combine(server._root, "data"));
        await File.WriteAllTextAsync(Path.Combine(server._root, "conf", "main.cf"), server.MainCf(nextHop, maildir));
        await File.WriteAllTextAsync(Path.Combine(server._root, "conf", "master.cf"), server.MasterCf());
        await RunAsync(Program, "-c", Path.Combine(server._root, "conf"), "start");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(Program, "-c", Path.Combine(_root, "conf"), "stop");
        Directory.Delete(_root, recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
    }

    private string MainCf(int nextHop, string maildir)
    {
        var (uid, gid) = DovecotServer.Owner;
        return $"""
            compatibility_level = 3.6
            queue_directory = {_root}/queue
            data_directory = {_root}/data
            maillog_file_prefixes = {_root}/log
            maillog_file = {_root}/log/maillog
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = relay.example
            mydestination =
            local_recipient_maps =
            alias_maps =
            alias_database =
            mynetworks = 127.0.0.0/8
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_client_connection_count_limit = 0
            smtpd_client_connection_rate_limit = 0
            smtpd_peername_lookup = no
            smtpd_tls_security_level = none
            smtp_tls_security_level = none
            smtp_dns_support_level = disabled
            relayhost = [127.0.0.1]:{nextHop}
            virtual_mailbox_domains = {ReturnPathDomain}
            virtual_mailbox_base = {Path.GetDirectoryName(maildir)}
            virtual_mailbox_maps = static:{Path.GetFileName(maildir)}/
            virtual_uid_maps = static:{uid}
            virtual_gid_maps = static:{gid}
            maximal_queue_lifetime = 3s
            bounce_queue_lifetime = 3s
            queue_run_delay = 1s
            minimal_backoff_time = 1s
            maximal_backoff_time = 1s

            """;
    }

    private string MasterCf() => $"""
        127.0.0.1:{Port} inet n - n - - smtpd
        cleanup    unix       n - n -     0 cleanup
        qmgr       unix       n - n 2     1 qmgr
        rewrite    unix       - - n -     - trivial-rewrite
        bounce     unix       - - n -     0 bounce
        defer      unix       - - n -     0 bounce
        trace      unix       - - n -     0 bounce
        flush      unix       n - n 1000? 0 flush
        proxymap   unix       - - n -     - proxymap
        proxywrite unix       - - n -     1 proxymap
        smtp       unix       - - n -     - smtp
        relay      unix       - - n -     - smtp
        virtual    unix       - n n -     - virtual
        showq      unix       n - n -     - showq
        error      unix       - - n -     - error
        retry      unix       - - n -     - error
        anvil      unix       - - n -     1 anvil
        scache     unix       - - n -     1 scache
        postlog    unix-dgram n - n -     1 postlogd

        """;
}
