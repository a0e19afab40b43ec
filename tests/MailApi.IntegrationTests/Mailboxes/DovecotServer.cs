using System.Diagnostics;
using System.Net.Sockets;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.IntegrationTests.Smtp;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using MimeKit;

namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>
/// A real Dovecot of a test's own: IMAP and POP3 on free loopback ports, each in clear with STARTTLS and with TLS from the
/// first byte. Every user exists, with one password; as root, mail belongs to nobody.
/// </summary>
internal sealed class DovecotServer : IAsyncDisposable
{
    public const string Password = "reports-only";
    private const string Program = "/usr/sbin/dovecot";

    private readonly string _folder = Directory.CreateTempSubdirectory("mailapi-dovecot-").FullName;
    private readonly string _idle;
    private Process? _process;

    private DovecotServer(bool idle) => _idle = idle ? "" : "imap_capability = IMAP4rev1 SASL-IR LITERAL+ NAMESPACE UIDPLUS";

    public int Imap { get; } = FreePort.Next();

    public int Imaps { get; } = FreePort.Next();

    public int Pop3 { get; } = FreePort.Next();

    public int Pop3s { get; } = FreePort.Next();

    /// <summary>The authority of its certificate, in PEM, for those who should trust it.</summary>
    public string Authority => Path.Combine(_folder, "authority.pem");

    /// <summary>Starts one; skips the test where Dovecot cannot be had.</summary>
    public static async Task<DovecotServer> StartAsync(bool idle = true)
    {
        Assert.SkipUnless(File.Exists(Program) && File.Exists("/usr/lib/dovecot/pop3"), "Dovecot is not installed: run the tests by 'bash tests/run', which installs it.");
        var server = new DovecotServer(idle);
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>The maildir of a user, for those who deliver without asking Dovecot.</summary>
    public string MaildirOf(string user) => Path.Combine(_folder, "mail", user, "Maildir");

    /// <summary>Who owns the mail, as uid and gid.</summary>
    public static (string Uid, string Gid) Owner => Environment.IsPrivilegedProcess ? ("65534", "65534") : (IdOf("-u"), IdOf("-g"));

    /// <summary>Puts a mail into a user's INBOX.</summary>
    public async Task DeliverAsync(string user, string mail)
    {
        using var client = await ConnectAsync(user);
        using var message = await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail)));
        await client.Inbox!.AppendAsync(message);
        await client.DisconnectAsync(quit: true);
    }

    /// <summary>How many mails a folder holds; null when there is no such folder.</summary>
    public async Task<int?> CountAsync(string user, string folder)
    {
        using var client = await ConnectAsync(user);
        try
        {
            var found = await client.GetFolderAsync(folder);
            await found.OpenAsync(FolderAccess.ReadOnly);
            return found.Count;
        }
        catch (FolderNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Waits until a folder holds so many mails.</summary>
    public async Task WaitForAsync(string user, string folder, int count, Func<string> about)
    {
        var waited = Stopwatch.StartNew();
        while (await CountAsync(user, folder) is var found && found != count)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"{folder} holds {found} mails, not {count}:\n{about()}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } running)
        {
            using (var kill = Process.Start("kill", ["-s", "TERM", $"{running.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            await running.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string IdOf(string what)
    {
        using var id = Process.Start(new ProcessStartInfo("id", [what]) { RedirectStandardOutput = true })!;
        return id.StandardOutput.ReadToEnd().Trim();
    }

    private async Task StartProcessAsync()
    {
        const UnixFileMode everybody = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Path.Combine(_folder, "mail"), everybody);
        File.SetUnixFileMode(Path.Combine(_folder, "mail"), everybody);
        await File.WriteAllTextAsync(Authority, TestCertificates.Authority.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), TestCertificates.Valid.ExportCertificatePem());
        using (var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(TestCertificates.Valid)!)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        var configuration = Path.Combine(_folder, "dovecot.conf");
        await File.WriteAllTextAsync(configuration, Configuration());
        _process = Process.Start(new ProcessStartInfo(Program, ["-F", "-c", configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await WaitUntilItAnswersAsync();
    }

    private async Task WaitUntilItAnswersAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = await ConnectAsync("probe");
                return;
            }
            catch (Exception exception) when (exception is SocketException or ImapProtocolException)
            {
                var log = Path.Combine(_folder, "log");
                Assert.True(
                    !_process!.HasExited && waited.Elapsed < TimeSpan.FromSeconds(20),
                    $"Dovecot did not start: {(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}");
                await Task.Delay(50);
            }
        }
    }

    private async Task<ImapClient> ConnectAsync(string user)
    {
        var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", Imap, SecureSocketOptions.None);
        await client.AuthenticateAsync(user, Password);
        return client;
    }

    private string Configuration()
    {
        var (uid, gid) = Owner;
        var unprivileged = Environment.IsPrivilegedProcess ? "" : $$"""
            default_internal_user = {{Environment.UserName}}
            default_login_user = {{Environment.UserName}}
            default_internal_group = {{IdOf("-gn")}}
            service anvil {
              chroot =
            }
            service imap-login {
              chroot =
            }
            service pop3-login {
              chroot =
            }
            """;
        return $$"""
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/state
            log_path = {{_folder}}/log
            listen = 127.0.0.1
            protocols = imap pop3
            ssl = yes
            ssl_cert = <{{_folder}}/cert.pem
            ssl_key = <{{_folder}}/key.pem
            disable_plaintext_auth = no
            auth_mechanisms = plain login
            first_valid_uid = 1
            mail_location = maildir:~/Maildir
            mailbox_list_index = no
            {{_idle}}
            {{unprivileged}}
            namespace inbox {
              inbox = yes
            }
            passdb {
              driver = static
              args = password={{Password}}
            }
            userdb {
              driver = static
              args = uid={{uid}} gid={{gid}} home={{_folder}}/mail/%n allow_all_users=yes
            }
            service imap-login {
              inet_listener imap {
                port = {{Imap}}
              }
              inet_listener imaps {
                port = {{Imaps}}
                ssl = yes
              }
            }
            service pop3-login {
              inet_listener pop3 {
                port = {{Pop3}}
              }
              inet_listener pop3s {
                port = {{Pop3s}}
                ssl = yes
              }
            }

            """;
    }
}
