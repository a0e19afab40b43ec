namespace MailApi.Core.Templating.Liquid;

/// <summary>A rendering went over one of its limits; the sentence says which.</summary>
public sealed class RenderLimitException(string message) : Exception(message);

/// <summary>
/// What one rendering may use up: characters written, in captures too, and time. The clock is looked at only after more
/// work than any ordinary mail takes, so that a busy machine refuses nobody.
/// </summary>
public sealed class RenderBudget(TimeProvider time)
{
    /// <summary>Characters that all parts of a message may have together, captures included.</summary>
    public const int MaxOutput = 6 << 20;

    /// <summary>Characters of one value: what a filter makes, or a capture.</summary>
    public const int MaxValue = 1 << 20;

    /// <summary>Elements of a list.</summary>
    public const int MaxItems = 20_000;

    /// <summary>Statements that one part may run through.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>Templates within templates.</summary>
    public const int MaxDepth = 20;

    /// <summary>From the first statement on.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(300);

    private const int FreeWork = 5_000;
    private const int CharactersPerUnit = 4_096;
    private const int LookEvery = 64;

    private readonly long _start = time.GetTimestamp();
    private int _written;
    private int _work;
    private int _nextLook = FreeWork;

    /// <summary>How deep templates stand in each other at this moment.</summary>
    public int Depth { get; set; }

    /// <summary>Counts a piece of work on that many characters.</summary>
    public void Work(int characters = 0)
    {
        _work += 1 + (characters / CharactersPerUnit);
        if (_work < _nextLook)
        {
            return;
        }

        _nextLook = _work + LookEvery;
        if (time.GetElapsedTime(_start) > MaxTime)
        {
            throw new RenderLimitException($"It takes longer than {MaxTime.TotalMilliseconds:0} ms.");
        }
    }

    /// <summary>Counts characters that are about to be written.</summary>
    public void Write(int characters)
    {
        _written += characters;
        if (_written > MaxOutput)
        {
            throw new RenderLimitException($"It writes more than {MaxOutput} characters.");
        }

        Work(characters);
    }

    /// <summary>Refuses values that have grown too long.</summary>
    public static void CheckValue(long characters)
    {
        if (characters > MaxValue)
        {
            throw new RenderLimitException($"A value has more than {MaxValue} characters.");
        }
    }

    /// <summary>Refuses lists that have grown too long.</summary>
    public static void CheckItems(long items)
    {
        if (items > MaxItems)
        {
            throw new RenderLimitException($"A list has more than {MaxItems} elements.");
        }
    }
}
