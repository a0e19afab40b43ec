using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>What a delivery takes of the memory for deliveries that are to be sent next.</summary>
/// <param name="Project">Whose it is.</param>
/// <param name="Priority">Its lane.</param>
/// <param name="Destination">The domain of its first recipient; empty when it has none.</param>
/// <param name="Bytes">Of content.</param>
public readonly record struct Place(Id<Project> Project, Priority Priority, string Destination, int Bytes);

/// <summary>What became of the wish for a <see cref="Place"/>.</summary>
public enum Reservation
{
    /// <summary>The place is taken, to be filled or given back.</summary>
    Taken,

    /// <summary>There is none for this project now, or nobody is sending.</summary>
    Full,

    /// <summary>The destination does not answer and has its few already: others shall not stand behind it.</summary>
    Congested,
}
