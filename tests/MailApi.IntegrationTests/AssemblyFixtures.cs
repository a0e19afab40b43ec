using System.Runtime.Versioning;
using MailApi.IntegrationTests.Running;

[assembly: AssemblyFixture(typeof(SqliteCapture))]
[assembly: AssemblyFixture(typeof(PostgresCapture))]
[assembly: SupportedOSPlatform("linux")]
