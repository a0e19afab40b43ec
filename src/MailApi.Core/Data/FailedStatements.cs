using System.Data.Common;
using MailApi.Core.Telemetry;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MailApi.Core.Data;

/// <summary>Counts the statements of the model that fail; a constraint that does its work is no failure.</summary>
internal sealed class FailedStatements : DbCommandInterceptor
{
    public static readonly FailedStatements Instance = new();

    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Exception is TimeoutException
            || (eventData.Exception is DbException exception && !WriteConflict.IsConstraint(exception)))
        {
            MailMeter.DatabaseFailed("model");
        }

        return Task.CompletedTask;
    }
}
