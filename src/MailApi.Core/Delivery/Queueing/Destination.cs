using System.Diagnostics.CodeAnalysis;
using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>One domain that mail goes to, and how many attempts it may have under way.</summary>
internal sealed class Destination(string domain)
{
    /// <summary>Attempts at once before any has succeeded, as Postfix's scheduler begins too.</summary>
    public const int FirstLimit = 5;

    // By priority; most destinations never need one.
    private readonly Queue<DestinationLine>?[] _blocked = new Queue<DestinationLine>?[Enum.GetValues<Priority>().Length];

    public string Domain { get; } = domain;

    /// <summary>Grows by one with each answer, halves when there is none.</summary>
    public int Limit { get; private set; } = FirstLimit;

    public int UnderWay { get; set; }

    /// <summary>Those of <see cref="UnderWay"/> that have taken too long.</summary>
    public int Stuck { get; set; }

    /// <summary>Lines of projects that lead here.</summary>
    public int Lines { get; set; }

    /// <summary>It has answered, and nothing has failed since that another answer has not made good.</summary>
    public bool IsProven => Limit > FirstLimit;

    /// <summary>It has failed, or lets everything hang that it may have.</summary>
    public bool IsTroubled(int most) =>
        Limit < FirstLimit || (UnderWay > 0 && Stuck == UnderWay && UnderWay >= Math.Min(Limit, most));

    public void Learn(Answer answer, int most)
    {
        Limit = answer switch
        {
            Answer.Given => Math.Max(Limit, Math.Min(Limit + 1, Math.Max(most, FirstLimit + 1))),
            Answer.Missing => Math.Max(1, Math.Min(Limit, most) / 2),
            _ => Limit,
        };
    }

    /// <summary>The line waits until an attempt here has ended.</summary>
    public void Block(DestinationLine line) => (_blocked[(int)line.Lane] ??= new()).Enqueue(line);

    /// <summary>The line that may go on first.</summary>
    public bool TryUnblock([NotNullWhen(true)] out DestinationLine? line)
    {
        line = null;
        foreach (var blocked in _blocked)
        {
            if (blocked?.TryDequeue(out line) == true)
            {
                return true;
            }
        }

        return false;
    }
}
