using System.Text.Json;
using MailApi.Core.Templating.Liquid;

namespace MailApi.Core.Templating;

/// <summary>Finds data that a template does not know; for those that want strict data.</summary>
internal sealed class UnknownData
{
    private readonly Node _root = new();

    /// <summary>Takes the names that the templates of a rendering use: <c>order.id</c>, <c>items[].price</c>.</summary>
    public UnknownData(IEnumerable<string> variables)
    {
        foreach (var variable in variables)
        {
            var node = _root;
            foreach (var step in variable.Replace("[]", ".[]", StringComparison.Ordinal).Split('.'))
            {
                node = node.Children.TryGetValue(step, out var next) ? next : node.Children[step] = new Node();
            }
        }
    }

    /// <summary>JSON pointers of what is given and never used. What is used as a whole is known in all its parts.</summary>
    public List<string> Find(JsonElement data)
    {
        List<string> unknown = [];
        Find(data, _root, "", unknown);
        return unknown;
    }

    private static void Find(JsonElement data, Node node, string pointer, List<string> unknown)
    {
        if (data.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in data.EnumerateObject())
            {
                var place = $"{pointer}/{DataValues.Escape(property.Name)}";
                if (node.Children.TryGetValue(property.Name, out var child) || node.Children.TryGetValue("[]", out child))
                {
                    Below(property.Value, child, place, unknown);
                }
                else
                {
                    unknown.Add(place);
                }
            }
        }
        else if (data.ValueKind == JsonValueKind.Array && node.Children.TryGetValue("[]", out var element))
        {
            var index = 0;
            foreach (var item in data.EnumerateArray())
            {
                Below(item, element, $"{pointer}/{index++}", unknown);
            }
        }
    }

    private static void Below(JsonElement data, Node node, string pointer, List<string> unknown)
    {
        if (node.Children.Count > 0)
        {
            Find(data, node, pointer, unknown);
        }
    }

    private sealed class Node
    {
        public Dictionary<string, Node> Children { get; } = [];
    }
}
