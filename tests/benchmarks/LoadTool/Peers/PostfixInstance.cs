namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>A Postfix of our own: configuration, queue, data and log in the workspace, one loopback port.</summary>
/// <remarks>
/// What the package ships stays as shipped, above all the fsync of every message before its 250. Changed are only the
/// limits that would slow it on purpose: the pause between intake and delivery, limits per client, DNS; and its
/// connection cache, which on loopback costs about a fifth more than the handshakes it saves.
/// </remarks>
public sealed class PostfixInstance(Workspace workspace, int relayPort) : IAsyncDisposable
{
    private readonly string _root = workspace.CreateDirectory("postfix");
    private readonly string _configuration = workspace.CreateDirectory("postfix/conf");
    private readonly string _log = workspace.PathOf("postfix-command.log");
    private bool _started;

    public int Port { get; } = FreePort.Next();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        workspace.CreateDirectory("postfix/queue");
        workspace.CreateDirectory("postfix/log");
        var data = workspace.CreateDirectory("postfix/data");
        await ChildProcess.RunAsync(["chown", "postfix", data], _log, cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(_configuration, "main.cf"), MainCf(_root, relayPort), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_configuration, "master.cf"), MasterCf(Port), cancellationToken);
        _started = true;
        await ChildProcess.RunAsync(["postfix", "-c", _configuration, "start"], _log, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started)
        {
            await ChildProcess.RunAsync(["postfix", "-c", _configuration, "stop"], _log, CancellationToken.None);
        }
    }

    private static string MainCf(string root, int relayPort) => $"""
        compatibility_level = 3.6
        queue_directory = {root}/queue
        data_directory = {root}/data
        maillog_file_prefixes = {root}/log
        maillog_file = {root}/log/maillog
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = postfix.example
        mydestination =
        local_recipient_maps =
        alias_maps =
        alias_database =
        mynetworks = 127.0.0.0/8
        smtpd_relay_restrictions = permit_mynetworks, reject
        relayhost = [127.0.0.1]:{relayPort}
        smtp_dns_support_level = disabled
        smtp_tls_security_level = none
        smtpd_tls_security_level = none
        smtpd_peername_lookup = no
        smtpd_client_connection_count_limit = 0
        smtpd_client_connection_rate_limit = 0
        smtpd_client_message_rate_limit = 0
        smtp_connection_cache_on_demand = no
        in_flow_delay = 0

        """;

    private static string MasterCf(int port) => $"""
        127.0.0.1:{port} inet n - n - - smtpd
        cleanup    unix       n - n -     0 cleanup
        qmgr       unix       n - n 300   1 qmgr
        rewrite    unix       - - n -     - trivial-rewrite
        bounce     unix       - - n -     0 bounce
        defer      unix       - - n -     0 bounce
        trace      unix       - - n -     0 bounce
        flush      unix       n - n 1000? 0 flush
        proxymap   unix       - - n -     - proxymap
        proxywrite unix       - - n -     1 proxymap
        smtp       unix       - - n -     - smtp
        relay      unix       - - n -     - smtp
        showq      unix       n - n -     - showq
        error      unix       - - n -     - error
        retry      unix       - - n -     - error
        anvil      unix       - - n -     1 anvil
        scache     unix       - - n -     1 scache
        postlog    unix-dgram n - n -     1 postlogd

        """;
}
