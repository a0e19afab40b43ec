using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MailApi.Tests.Architecture;

/// <summary>A use of something that a folder may not know.</summary>
public sealed record Violation(string Type, string Uses, string Rule)
{
    public override string ToString() => $"{Type} uses {Uses}: {Rule}";
}

/// <summary>
/// Reads compiled assemblies and lists every type that uses a namespace its folder may not know, in signatures, bodies,
/// catch clauses and compiler-made state machines alike.
/// </summary>
public sealed class FolderRules(params (string Folder, string[] Forbidden, string Why)[] rules)
{
    public IReadOnlyList<Violation> Check(string assemblyPath)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyPath);
        List<Violation> violations = [];
        foreach (var type in assembly.MainModule.GetTypes())
        {
            var folder = NamespaceOf(type);
            var used = Uses(type).Distinct().ToList();
            foreach (var (_, forbidden, why) in rules.Where(r => IsWithin(folder, r.Folder)))
            {
                violations.AddRange(used.Where(u => forbidden.Any(f => IsWithin(u, f)))
                    .Select(u => new Violation(type.FullName, u, why)));
            }
        }

        return [.. violations.Distinct()];
    }

    /// <summary>Names with dots; <c>A!B</c> is A without B, and <c>!A!B</c> everything outside A and B.</summary>
    private static bool IsWithin(string name, string folder)
    {
        var parts = folder.Split('!');
        return (parts[0].Length == 0 || IsUnder(name, parts[0])) && !parts.Skip(1).Any(p => IsUnder(name, p));
    }

    private static bool IsUnder(string name, string folder) =>
        name == folder || name.StartsWith(folder + ".", StringComparison.Ordinal);

    private static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace;
    }

    private static IEnumerable<string> Uses(TypeDefinition type)
    {
        var references = new List<TypeReference?> { type.BaseType };
        references.AddRange(type.Interfaces.Select(i => i.InterfaceType));
        references.AddRange(type.Fields.Select(f => f.FieldType));
        references.AddRange(type.Properties.Select(p => p.PropertyType));
        references.AddRange(type.CustomAttributes.Select(a => a.AttributeType));
        foreach (var method in type.Methods)
        {
            references.Add(method.ReturnType);
            references.AddRange(method.Parameters.Select(p => p.ParameterType));
            if (method.HasBody)
            {
                references.AddRange(method.Body.Variables.Select(v => v.VariableType));
                references.AddRange(method.Body.ExceptionHandlers.Select(h => h.CatchType));
                references.AddRange(method.Body.Instructions.SelectMany(Operands));
            }
        }

        return references.OfType<TypeReference>().SelectMany(Flatten).Select(NamespaceOf).Where(n => n.Length > 0);
    }

    private static IEnumerable<TypeReference?> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Flatten(TypeReference type) => type switch
    {
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Flatten)],
        TypeSpecification wrapped => Flatten(wrapped.ElementType),
        _ => [type],
    };
}
