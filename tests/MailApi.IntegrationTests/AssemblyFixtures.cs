using System.Runtime.Versioning;
using MailApi.IntegrationTests.Running;

[assembly: UnsupportedOSPlatform("windows")]
[assembly: AssemblyFixture(typeof(SqliteCapture))]
[assembly: AssemblyFixture(typeof(PostgresCapture))]
