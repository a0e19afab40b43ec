using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>Gives every range of a template an end that is not too far: a range becomes a list before it is used.</summary>
internal sealed class BoundedRange : AstRewriter
{
    private static readonly BoundedRange Instance = new();

    private BoundedRange()
    {
    }

    public static IFluidTemplate Apply(IFluidTemplate template) => Instance.VisitTemplate(template);

    public static Expression Apply(Expression expression) => expression is RangeExpression { To: not End } range
        ? new RangeExpression(range.From, new End(range.From, range.To))
        : expression;

    protected override Expression VisitRangeExpression(RangeExpression rangeExpression) => Apply(rangeExpression);

    /// <summary>The end of a range, once it is known how many elements that makes.</summary>
    internal sealed class End(Expression from, Expression to) : Expression
    {
        public Expression To => to;

        public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
        {
            var first = (await from.EvaluateAsync(context)).ToNumberValue();
            var last = await to.EvaluateAsync(context);
            RenderBudget.CheckItems((long)Math.Clamp(last.ToNumberValue() - first, 0, int.MaxValue));
            return last;
        }

        protected override Expression Accept(AstVisitor visitor) => visitor.VisitOtherExpression(this);
    }
}
