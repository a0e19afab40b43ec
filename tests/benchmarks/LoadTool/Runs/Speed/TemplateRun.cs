using System.Globalization;
using System.Text.Json.Nodes;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Speed;

/// <summary>
/// What a template costs: the same mail sent as a template with data, and as finished HTML and text. Each templated row
/// stands below the plain one it is compared with.
/// </summary>
public static class TemplateRun
{
    private const int DefaultMessages = 10_000;
    private const int Many = 10_000;
    private const int ItemCount = 10;
    private const string Name = "Ann";

    private const string Styles =
        "<style>h1 { color: #036; font-size: 24px } td { padding: 4px; border-bottom: 1px solid #ccc } .price { text-align: right }"
        + " @media (max-width: 600px) { h1 { font-size: 20px } }</style>";

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var messages = options.Messages ?? DefaultMessages;
        var assembly = ServiceBuild.Find(options);
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new SpeedRows(workspace, sink, messages, options);

        var table = new Table("row", "end to end/s", "cost of plain");
        double? plain = null;
        foreach (var (row, load) in Rows(options.Size))
        {
            var name = $"templates{options.Providers[0]}{table.Rows}".ToLowerInvariant();
            var database = await databases.CreateAsync(options.Providers[0], name, cancellationToken);
            var rate = (await run.ServiceAsync(assembly, database, load, cancellationToken)).EndToEnd;
            plain = load.Templates == 0 ? rate : plain;
            table.Add(
                row, rate?.ToString("N0", CultureInfo.InvariantCulture) ?? "",
                (plain / rate)?.ToString("N2", CultureInfo.InvariantCulture) ?? "");
        }

        Console.WriteLine($"{messages} messages of {options.Size} bytes, {options.Connections} connections, {options.Providers[0]}");
        Console.WriteLine();
        table.Print();
        return 0;
    }

    private static IEnumerable<(string Row, Load Load)> Rows(int size)
    {
        var (text, html) = (Text(size, finished: true), Html(size, finished: true));
        yield return ("html and text", Plain(html, text));
        yield return ("the same from a template", Templated(1, Html(size, finished: false), Text(size, finished: false)));
        yield return ($"the same from {Many} templates in turn", Templated(Many, Html(size, finished: false), Text(size, finished: false)));
        yield return ("html alone, text derived", Plain(html, null));
        yield return ("the same from a template, styles inlined", Templated(1, Html(size, finished: false, Styles), null));
    }

    /// <summary>The items as a loop, or as what the loop makes of the data.</summary>
    private static string Items(bool finished, bool html)
    {
        if (!finished)
        {
            return html
                ? "{% for item in items %}<tr><td>{{ item.name }}</td><td class=\"price\">{{ item.price }}</td></tr>{% endfor %}"
                : "{% for item in items %}{{ item.name }}: {{ item.price }}\n{% endfor %}";
        }

        return string.Concat(Enumerable.Range(0, ItemCount).Select(i => html
            ? $"<tr><td>Item {i}</td><td class=\"price\">{i}</td></tr>"
            : $"Item {i}: {i}\n"));
    }

    private static string Html(int size, bool finished, string styles = "") =>
        $"<!DOCTYPE html><html><head><title>Order</title>{styles}</head><body><h1>Hi {Greeted(finished)}</h1>"
        + $"<table>{Items(finished, html: true)}</table>"
        + $"<p>{MessagePayload.TextOf(size).Replace("\n", "</p>\n<p>", StringComparison.Ordinal)}</p></body></html>";

    private static string Text(int size, bool finished) =>
        $"Hi {Greeted(finished)}\n\n{Items(finished, html: false)}\n{MessagePayload.TextOf(size)}";

    private static string Greeted(bool finished) => finished ? Name : "{{ name }}";

    private static Load Plain(string html, string? text)
    {
        var content = new JsonObject { ["subject"] = $"An order of {Name}", ["html"] = html };
        if (text is not null)
        {
            content["text"] = text;
        }

        return new Load(content);
    }

    private static Load Templated(int templates, string html, string? text)
    {
        var items = new JsonArray();
        for (var i = 0; i < ItemCount; i++)
        {
            items.Add(new JsonObject { ["name"] = $"Item {i}", ["price"] = i });
        }

        var data = new JsonObject { ["name"] = Name, ["items"] = items };
        var template = new JsonObject { ["subject"] = "An order of {{ name }}", ["html"] = html };
        if (text is not null)
        {
            template["text"] = text;
        }

        var content = new JsonObject { ["template"] = new JsonObject { ["id"] = Load.Slug(0), ["data"] = data } };
        return new Load(content, templates) { Template = template };
    }
}
