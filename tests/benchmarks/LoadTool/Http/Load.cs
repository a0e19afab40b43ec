using System.Globalization;
using System.Text.Json.Nodes;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>What a run sends: the fields of the content, and the templates it needs.</summary>
/// <param name="Content">Subject and body, or a template with its data.</param>
/// <param name="Templates">Templates that the messages take in turn.</param>
public sealed record Load(JsonObject Content, int Templates = 0)
{
    /// <summary>The domain of the recipients.</summary>
    public string Domain { get; init; } = "rcpt.example";

    /// <summary>The template as it is stored, under each of its slugs.</summary>
    public JsonObject? Template { get; init; }

    /// <summary>All that is to be stored before the run.</summary>
    public IEnumerable<JsonObject> Stored => Enumerable.Range(0, Templates).Select(i =>
    {
        var template = Template!.DeepClone().AsObject();
        template["slug"] = Slug(i);
        return template;
    });

    public static string Slug(int number) => string.Create(CultureInfo.InvariantCulture, $"t{number:D8}");

    /// <summary>The same with one more field.</summary>
    public Load With(string field, string value)
    {
        var content = Content.DeepClone().AsObject();
        content[field] = value;
        return this with { Content = content };
    }

    /// <summary>A text of that many bytes.</summary>
    public static Load Plain(int size) => new(new JsonObject
    {
        ["subject"] = "A message of the load run",
        ["text"] = MessagePayload.TextOf(size),
    });
}
