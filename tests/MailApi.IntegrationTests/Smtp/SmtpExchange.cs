namespace MailApi.IntegrationTests.Smtp;

/// <summary>What a script is told when it has to answer.</summary>
internal sealed record SmtpExchange
{
    /// <summary><c>RCPT</c>; empty for the greeting, <c>.</c> after the final dot.</summary>
    public required string Verb { get; init; }

    /// <summary>The rest of the command line.</summary>
    public required string Argument { get; init; }

    /// <summary>How many times the server has been asked this, from 1.</summary>
    public required int Nth { get; init; }

    /// <summary>The number of the connection, from 1.</summary>
    public required int Connection { get; init; }

    public required bool IsTls { get; init; }

    /// <summary>The transaction so far.</summary>
    public required SmtpEnvelope Envelope { get; init; }

    /// <summary>What the server has seen, this command included.</summary>
    public required SmtpJournal Journal { get; init; }

    /// <summary>What a sound server would answer.</summary>
    public required Reply Default { get; init; }

    /// <summary>The address between the angle brackets of MAIL and RCPT.</summary>
    public string Address => SmtpEnvelope.AddressIn(Argument);
}
