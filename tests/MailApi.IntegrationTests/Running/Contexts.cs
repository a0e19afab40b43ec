using MailApi.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Running;

/// <summary>The model on a test's database, without a service.</summary>
internal sealed class Contexts(TestDatabase database) : IDbContextFactory<MailDb>
{
    public DatabaseOptions Options { get; } = new()
    {
        Provider = Enum.Parse<DatabaseProvider>(database.Provider, ignoreCase: true),
        ConnectionString = database.ConnectionString,
    };

    public IOptions<DatabaseOptions> Wrapped => Microsoft.Extensions.Options.Options.Create(Options);

    public MailDb CreateDbContext()
    {
        var builder = new DbContextOptionsBuilder<MailDb>();
        DatabaseSetup.Configure(builder, Options);
        return new MailDb(builder.Options);
    }
}
