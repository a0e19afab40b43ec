using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>A comparison that counts as work: on long texts it is what takes time, and a loop can repeat it.</summary>
internal sealed class CheckedExpression(Expression inner) : Expression
{
    private const int Weight = 4 * 4_096;

    public Expression Inner => inner;

    public override ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        RenderContext.Of(context).Budget.Work(Weight);
        return inner.EvaluateAsync(context);
    }

    protected override Expression Accept(AstVisitor visitor) => visitor.VisitOtherExpression(this);
}
