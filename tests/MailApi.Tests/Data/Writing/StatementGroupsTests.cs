using MailApi.Core.Data.Writing;

namespace MailApi.Tests.Data.Writing;

public sealed class StatementGroupsTests
{
    private static readonly Statement Insert = Statement.Insert("things", "id uuid, name text", keys: 0);
    private static readonly Statement InsertPart = Statement.Insert("parts", "id uuid, thing_id uuid", 0, 1);
    private static readonly Statement Update = new("…") { Bulk = BulkRows.Of("id uuid, name text", keys: 0) };
    private static readonly Statement Ask = new("…") { Bulk = BulkRows.Of("name text") with { Answers = true } };
    private static readonly Statement Single = new("…");

    private readonly StatementGroups _groups = new();
    private readonly Guid _first = Guid.CreateVersion7();
    private readonly Guid _second = Guid.CreateVersion7();

    [Fact]
    public void Rows_of_one_statement_are_run_together()
    {
        _groups.Add(Insert, [_first, "a"]);
        _groups.Add(InsertPart, [Guid.CreateVersion7(), _first]);
        _groups.Add(Insert, [_second, "b"]);
        _groups.Add(InsertPart, [Guid.CreateVersion7(), _second]);

        Assert.Equal([Insert, InsertPart], Order());
        Assert.Equal(2, _groups.All[0].Rows.Count);
        Assert.Equal(2, _groups.All[1].Rows.Count);
    }

    [Fact]
    public void What_touches_the_same_keeps_its_order()
    {
        _groups.Add(InsertPart, [Guid.CreateVersion7(), _second]);
        _groups.Add(Insert, [_first, "a"]);
        _groups.Add(InsertPart, [Guid.CreateVersion7(), _first]);

        // The first group of parts comes before the thing that this part belongs to.
        Assert.Equal([InsertPart, Insert, InsertPart], Order());
    }

    [Fact]
    public void One_row_is_not_changed_twice_by_one_statement()
    {
        _groups.Add(Update, [_first, "a"]);
        _groups.Add(Update, [_second, "b"]);
        _groups.Add(Update, [_first, "c"]);

        Assert.Equal([Update, Update], Order());
        Assert.Equal("c", _groups.All[1].Rows[0][1]);
    }

    [Fact]
    public void A_single_statement_parts_what_comes_before_from_what_comes_after()
    {
        _groups.Add(Insert, [_first, "a"]);
        _groups.Add(Single, []);
        _groups.Add(Insert, [_second, "b"]);

        Assert.Equal([Insert, Single, Insert], Order());
    }

    [Fact]
    public void A_question_that_nothing_of_the_flush_answers_may_be_asked_with_the_others()
    {
        var first = _groups.Add(Ask, ["a"]);
        _groups.Add(Single, []);
        var second = _groups.Add(Ask, ["b"]);

        Assert.Equal([Ask, Single], Order());
        Assert.Equal([first, second], _groups.All[0].Tickets);
    }

    [Fact]
    public void Large_contents_are_not_gathered_without_end()
    {
        var insert = Statement.Insert("contents", "id uuid, mime bytea", keys: 0);
        var large = new byte[StatementGroup.MostBytes / 2];
        for (var i = 0; i < 5; i++)
        {
            _groups.Add(insert, [Guid.CreateVersion7(), large]);
        }

        Assert.Equal([2, 2, 1], _groups.All.Select(g => g.Rows.Count));
    }

    [Fact]
    public void A_new_flush_begins_with_nothing()
    {
        _groups.Add(Update, [_first, "a"]);
        _groups.Clear();
        _groups.Add(Update, [_first, "b"]);

        Assert.Equal("b", Assert.Single(Assert.Single(_groups.All).Rows)[1]);
    }

    private IEnumerable<Statement> Order() => _groups.All.Select(g => g.Statement);
}
