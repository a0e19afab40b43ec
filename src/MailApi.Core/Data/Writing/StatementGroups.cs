namespace MailApi.Core.Data.Writing;

/// <summary>
/// The statements of a flush, those that can be run in bulk gathered: one execution then serves hundreds of rows, which
/// is most of what PostgreSQL would do for each.
/// </summary>
internal sealed class StatementGroups
{
    private readonly List<StatementGroup> _groups = [];
    private readonly Dictionary<Statement, StatementGroup> _latest = new(ReferenceEqualityComparer.Instance);

    // The last group that touches it.
    private readonly Dictionary<object, int> _touched = [];
    private int _barrier = -1;

    public IReadOnlyList<StatementGroup> All => _groups;

    public Ticket Add(Statement statement, object?[] values)
    {
        if (statement.Bulk is { } bulk)
        {
            if (!_latest.TryGetValue(statement, out var group) || !MayJoin(group, bulk, values))
            {
                group = _latest[statement] = Begin(statement);
            }

            foreach (var key in bulk.Keys)
            {
                _touched[values[key]!] = group.Index;
            }

            return group.Add(values);
        }

        // Nobody knows what it touches: what comes before stays before, and what comes after stays after.
        _barrier = _groups.Count;
        return Begin(statement).Add(values);
    }

    public void Clear()
    {
        _groups.Clear();
        _latest.Clear();
        _touched.Clear();
        _barrier = -1;
    }

    private StatementGroup Begin(Statement statement)
    {
        var group = new StatementGroup(statement, _groups.Count);
        _groups.Add(group);
        return group;
    }

    private bool MayJoin(StatementGroup group, BulkRows bulk, object?[] values)
    {
        if (group.IsFull)
        {
            return false;
        }

        if (bulk.Keys.Count == 0)
        {
            return true;
        }

        var last = bulk.IsRepeatable ? group.Index : group.Index - 1;
        return group.Index > _barrier && bulk.Keys.All(key => _touched.GetValueOrDefault(values[key]!, -1) <= last);
    }
}

/// <summary>Rows of one statement that are run together; one row when it cannot be run in bulk.</summary>
internal sealed class StatementGroup(Statement statement, int index)
{
    /// <summary>Octets of content after which another group is begun: PostgreSQL holds all of an array in memory, twice.</summary>
    public const int MostBytes = 4 << 20;

    private long _bytes;

    public bool IsFull => _bytes >= MostBytes;

    public Statement Statement { get; } = statement;

    /// <summary>Its place in the flush.</summary>
    public int Index { get; } = index;

    public List<object?[]> Rows { get; } = [];

    public List<Ticket> Tickets { get; } = [];

    public Ticket Add(object?[] values)
    {
        var ticket = new Ticket();
        Rows.Add(values);
        Tickets.Add(ticket);
        foreach (var value in values)
        {
            _bytes += (value as byte[])?.Length ?? 0;
        }

        return ticket;
    }
}
