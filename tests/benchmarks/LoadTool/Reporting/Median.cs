namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>The middle one of several measurements.</summary>
public static class Median
{
    /// <summary>Of an even number the mean of the two in the middle; null of none.</summary>
    public static double? Of(IReadOnlyCollection<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered.Count == 0 ? null : (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }
}
