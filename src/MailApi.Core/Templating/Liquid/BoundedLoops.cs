using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>
/// Gives every range of a template an end that is not too far: a range becomes a list before it is used. A bound of a loop
/// that is missing is noted; Fluid would take it for 0.
/// </summary>
internal sealed class BoundedLoops : AstRewriter
{
    private static readonly BoundedLoops Instance = new();

    private BoundedLoops()
    {
    }

    public static IFluidTemplate Apply(IFluidTemplate template) => Instance.VisitTemplate(template);

    public static Expression Apply(Expression expression) => expression is RangeExpression { To: not End } range
        ? new RangeExpression(range.From, new End(range.From, range.To))
        : expression;

    protected override Expression VisitRangeExpression(RangeExpression rangeExpression) => Apply(rangeExpression);

    protected override Statement VisitForStatement(ForStatement forStatement)
    {
        var visited = base.VisitForStatement(forStatement);
        return visited is ForStatement { OffsetIsContinue: false } loop
            && (Bound.Needed(loop.Limit) || Bound.Needed(loop.Offset))
            ? new ForStatement(
                loop.Statements, loop.Identifier, loop.Source, Bound.Of(loop.Limit), Bound.Of(loop.Offset),
                loop.Reversed, loop.Else)
            : visited;
    }

    protected override Statement VisitTableRowStatement(TableRowStatement tableRowStatement)
    {
        var visited = base.VisitTableRowStatement(tableRowStatement);
        return visited is TableRowStatement rows
            && (Bound.Needed(rows.Limit) || Bound.Needed(rows.Offset) || Bound.Needed(rows.Cols))
            ? new TableRowStatement(
                rows.Statements, rows.Identifier, rows.Source, Bound.Of(rows.Limit), Bound.Of(rows.Offset),
                Bound.Of(rows.Cols))
            : visited;
    }

    /// <summary>A limit, an offset or a number of columns that comes from the data.</summary>
    internal sealed class Bound(Expression inner) : Expression
    {
        public Expression Inner => inner;

        public static bool Needed(Expression? expression) => expression is not (null or LiteralExpression);

        public static Expression? Of(Expression? expression) => Needed(expression) ? new Bound(expression!) : expression;

        public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
        {
            var value = await inner.EvaluateAsync(context);
            if (value is not MissingValue missing)
            {
                return value;
            }

            // The rendering is refused; one turn finds what else is missing.
            missing.Note();
            return NumberValue.Create(1);
        }

        protected override Expression Accept(AstVisitor visitor) => visitor.VisitOtherExpression(this);
    }

    /// <summary>The end of a range, once it is known how many elements that makes.</summary>
    internal sealed class End(Expression from, Expression to) : Expression
    {
        public Expression To => to;

        public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
        {
            var first = await from.EvaluateAsync(context);
            var last = await to.EvaluateAsync(context);
            (first as MissingValue)?.Note();
            (last as MissingValue)?.Note();
            RenderBudget.CheckItems((long)Math.Clamp(last.ToNumberValue() - first.ToNumberValue(), 0, int.MaxValue));
            return last;
        }

        protected override Expression Accept(AstVisitor visitor) => visitor.VisitOtherExpression(this);
    }
}
