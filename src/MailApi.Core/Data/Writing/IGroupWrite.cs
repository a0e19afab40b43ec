namespace MailApi.Core.Data.Writing;

/// <summary>
/// Something to be committed together with whatever else is waiting. Both steps may run again when a group has to be
/// retried, so they start from nothing each time; what must not happen twice is looked for, since a commit that was not
/// confirmed may have happened.
/// </summary>
public interface IGroupWrite
{
    /// <summary>First round: statements whose answers decide what is written (claims, fences, look-ups).</summary>
    void Claim(IStatements statements);

    /// <summary>Second round, in the same transaction, with the answers of the first at hand.</summary>
    void Write(IStatements statements);

    /// <summary>The transaction is durable.</summary>
    void Committed();

    /// <summary>
    /// Nothing can be said for certain but that the commit was not confirmed. True asks for another try.
    /// </summary>
    bool Failed(Exception exception);
}
