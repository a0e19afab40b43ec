using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>
/// Places held for what is being leased from the table: what is accepted meanwhile does not take them. Those that nothing
/// was found for are free again at the end.
/// </summary>
internal sealed class HeldPlaces(RelayQueue queue, Priority priority) : IDisposable
{
    private readonly Dictionary<Id<Project>, int> _held = [];

    /// <summary>Returns how many places are held for a project, <paramref name="most"/> at most.</summary>
    public int Hold(Id<Project> project, int most)
    {
        var held = queue.Hold(project, priority, most);
        _held[project] = _held.GetValueOrDefault(project) + held;
        return held;
    }

    /// <summary>Asks for a place for what was leased.</summary>
    public Reservation TryReserve(in Place place)
    {
        _held[place.Project]--;
        return queue.TryReserveHeld(place);
    }

    /// <summary>Gives back what is held.</summary>
    public void Clear()
    {
        foreach (var (project, held) in _held)
        {
            queue.LetGo(project, priority, held);
        }

        _held.Clear();
    }

    public void Dispose() => Clear();
}
