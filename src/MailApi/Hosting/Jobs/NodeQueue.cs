using MailApi.Core.Delivery;

namespace MailApi.Hosting.Jobs;

/// <summary>The queue of jobs that only this node can do.</summary>
internal sealed class NodeQueue(NodeIdentity node)
{
    private const string Prefix = "node-";

    public string Name { get; } = $"{Prefix}{node.Id:n}";

    /// <summary>True for the queue of any node: what is in it runs as long as the node does.</summary>
    public static bool Is(string? queue) => queue?.StartsWith(Prefix, StringComparison.Ordinal) == true;
}
