using MailApi.IntegrationTests.Running;

[assembly: AssemblyFixture(typeof(SqliteCapture))]
[assembly: AssemblyFixture(typeof(PostgresCapture))]
