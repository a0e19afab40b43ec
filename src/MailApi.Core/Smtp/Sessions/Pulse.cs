namespace MailApi.Core.Smtp.Sessions;

/// <summary>When a relay last answered anybody, by the phase in which it did.</summary>
internal sealed class Pulse(TimeProvider time)
{
    private readonly long[] _beats = new long[(int)SmtpPhase.DataTermination + 1];

    /// <summary>A reply came, or a block of a message was taken. Farewells say nothing of mail.</summary>
    public void Beat(SmtpPhase phase)
    {
        if (phase <= SmtpPhase.DataTermination)
        {
            Volatile.Write(ref _beats[(int)phase], time.GetTimestamp());
        }
    }

    /// <summary>The timestamp of the last answer in <paramref name="phase"/> or a later one; 0 when there was none.</summary>
    public long LastFrom(SmtpPhase phase)
    {
        var last = 0L;
        for (var i = (int)phase; i < _beats.Length; i++)
        {
            last = Math.Max(last, Volatile.Read(ref _beats[i]));
        }

        return last;
    }
}
