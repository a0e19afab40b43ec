using Fluid.Ast;
using Fluid.Parser;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>
/// Reads a parsed template: the variables it uses, the templates it includes, the filters it does not know. Variables of
/// its own (assign, capture, for) are left out; elements of a list are written <c>items[].price</c>.
/// </summary>
internal sealed class VariableFinder : AstVisitor
{
    private readonly Dictionary<string, bool> _variables = [];
    private readonly List<Dictionary<string, string?>> _scopes = [[]];
    private int _conditions;
    private int _defaults;

    /// <summary>Each variable, and whether a rendering without it is refused.</summary>
    public IReadOnlyDictionary<string, bool> Variables => _variables;

    /// <summary>Slugs of includes.</summary>
    public HashSet<string> Includes { get; } = [];

    /// <summary>The slug of a layout tag.</summary>
    public string? Layout { get; private set; }

    /// <summary>Filters that do not exist.</summary>
    public List<string> UnknownFilters { get; } = [];

    public override Expression VisitOtherExpression(Expression expression)
    {
        switch (expression)
        {
            case CheckedExpression check:
                Visit(check.Inner);
                break;
            case BoundedLoops.Bound bound:
                Visit(bound.Inner);
                break;
            case BoundedLoops.End end:
                Visit(end.To);
                break;
        }

        return expression;
    }

    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        Use(memberExpression);
        return memberExpression;
    }

    protected override Expression VisitFilterExpression(FilterExpression filterExpression)
    {
        if (!MailFilters.IsKnown(filterExpression.Name))
        {
            UnknownFilters.Add(filterExpression.Name);
        }

        var isDefault = filterExpression.Name == "default" ? 1 : 0;
        _defaults += isDefault;
        Visit(filterExpression.Input);
        _defaults -= isDefault;
        foreach (var parameter in filterExpression.Parameters)
        {
            Visit(parameter.Expression);
        }

        return filterExpression;
    }

    protected override Statement VisitAssignStatement(AssignStatement assignStatement)
    {
        if (assignStatement.Value is MemberExpression member)
        {
            // Another name for it; it is needed where that name is used.
            Condition(member);
            _scopes[^1][assignStatement.Identifier] = PathOf(member);
            return assignStatement;
        }

        Visit(assignStatement.Value);
        _scopes[^1][assignStatement.Identifier] = null;
        return assignStatement;
    }

    protected override Statement VisitForStatement(ForStatement forStatement) => Loop(
        forStatement, forStatement.Identifier, forStatement.Source, "forloop",
        [forStatement.Limit, forStatement.Offset, forStatement.Range?.From, forStatement.Range?.To],
        forStatement.Statements, forStatement.Else);

    protected override Statement VisitTableRowStatement(TableRowStatement tableRowStatement) => Loop(
        tableRowStatement, tableRowStatement.Identifier, tableRowStatement.Source, "tablerowloop",
        [tableRowStatement.Limit, tableRowStatement.Offset, tableRowStatement.Cols], tableRowStatement.Statements, null);

    protected override Statement VisitIfStatement(IfStatement ifStatement)
    {
        Condition(ifStatement.Condition);
        Branch(ifStatement.Statements);
        foreach (var other in ifStatement.ElseIfs)
        {
            Condition(other.Condition);
            Branch(other.Statements);
        }

        Branch(ifStatement.Else?.Statements);
        return ifStatement;
    }

    protected override Statement VisitUnlessStatement(UnlessStatement unlessStatement)
    {
        Condition(unlessStatement.Condition);
        Branch(unlessStatement.Statements);
        Branch(unlessStatement.Else?.Statements);
        return unlessStatement;
    }

    protected override Statement VisitCaseStatement(CaseStatement caseStatement)
    {
        Condition(caseStatement.Expression);
        foreach (var when in caseStatement.Whens)
        {
            foreach (var option in when.Options)
            {
                Condition(option);
            }

            Branch(when.Statements);
        }

        Branch(caseStatement.Else?.Statements);
        return caseStatement;
    }

    protected override Statement VisitParserTagStatement<T>(ParserTagStatement<T> parserTagStatement)
    {
        if (parserTagStatement.Value is PartialCall call)
        {
            if (parserTagStatement.TagName == MailLiquid.Layout)
            {
                Layout = call.Slug;
            }
            else
            {
                Includes.Add(call.Slug);
            }

            foreach (var argument in call.Arguments)
            {
                Visit(argument.Expression);
            }
        }

        return parserTagStatement;
    }

    protected override Statement VisitParserBlockStatement<T>(ParserBlockStatement<T> parserBlockStatement)
    {
        VisitAll(parserBlockStatement.Statements);
        if (parserBlockStatement is { TagName: MailLiquid.Capture, Value: string identifier })
        {
            _scopes[^1][identifier] = null;
        }

        return parserBlockStatement;
    }

    protected override Statement VisitIncrementStatement(IncrementStatement incrementStatement)
    {
        _scopes[^1][incrementStatement.Identifier] = null;
        return incrementStatement;
    }

    protected override Statement VisitDecrementStatement(DecrementStatement decrementStatement)
    {
        _scopes[^1][decrementStatement.Identifier] = null;
        return decrementStatement;
    }

    private Statement Loop(
        Statement statement, string identifier, Expression? source, string helper, Expression?[] others,
        IReadOnlyList<Statement> body, ElseStatement? otherwise)
    {
        string? path = null;
        if (source is MemberExpression member)
        {
            path = PathOf(member) is { } list ? $"{list}[]" : null;
            Use(member);
        }
        else
        {
            Visit(source);
        }

        foreach (var other in others)
        {
            Visit(other);
        }

        _scopes.Add(new() { [identifier] = path, [helper] = null });
        VisitAll(body);
        _scopes.RemoveAt(_scopes.Count - 1);
        Branch(otherwise?.Statements);
        return statement;
    }

    private void Condition(Expression expression)
    {
        _conditions++;
        Visit(expression);
        _conditions--;
    }

    private void Branch(IReadOnlyList<Statement>? statements)
    {
        _conditions++;
        VisitAll(statements ?? []);
        _conditions--;
    }

    private void VisitAll(IReadOnlyList<Statement> statements)
    {
        foreach (var statement in statements)
        {
            Visit(statement);
        }
    }

    private void Use(MemberExpression member)
    {
        foreach (var indexer in member.Segments.OfType<IndexerSegment>())
        {
            Visit(indexer.Expression);
        }

        if (PathOf(member) is not { } path)
        {
            return;
        }

        var needed = _conditions == 0 && _defaults == 0;
        _variables[path] = _variables.GetValueOrDefault(path) || needed;
    }

    /// <summary>The path into the data; null for variables of the template's own.</summary>
    private string? PathOf(MemberExpression member)
    {
        if (member.Segments[0] is not IdentifierSegment { Identifier: var first })
        {
            return null;
        }

        var path = first;
        for (var i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(first, out var known))
            {
                if (known is null)
                {
                    return null;
                }

                path = known;
                break;
            }
        }

        foreach (var segment in member.Segments.Skip(1))
        {
            path += segment switch
            {
                IdentifierSegment name => $".{name.Identifier}",
                IndexerSegment { Expression: LiteralExpression { Value: StringValue key } } => $".{key.ToStringValue()}",
                _ => "[]",
            };
        }

        return path;
    }
}
