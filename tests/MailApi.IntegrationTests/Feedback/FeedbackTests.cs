using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Webhooks;

namespace MailApi.IntegrationTests.Feedback;

/// <summary>Reports find their message, and what they tell is recorded once.</summary>
public abstract class FeedbackTests(LoopService service)
{
    [Fact]
    public async Task Each_message_has_a_return_path_of_its_own()
    {
        using var api = await service.NewProjectAsync();
        var (one, two) = (
            await service.SendAsync(api, LoopService.NewAddress()), await service.SendAsync(api, LoopService.NewAddress()));

        Assert.Matches($@"^b\+{one.Id[4..]}[0-9a-z]{{16}}@{LoopService.ReturnPathDomain}$", one.ReturnPath);
        Assert.Matches($@"^{one.Id[4..]}\.[0-9a-z]{{16}}@acme.example$", one.MessageId);
        Assert.NotEqual(one.ReturnPath[^37..], two.ReturnPath[^37..]);
        var shown = (await api.GetAsync($"/v1/messages/{one.Id}")).Body!;
        Assert.Equal($"<{one.MessageId}>", shown["message_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Late_news_of_a_delivered_message_reaches_everyone_once()
    {
        using var api = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var hook = await api.PostAsync(
            "/v1/webhooks", new JsonObject { ["url"] = receiver.Url, ["events"] = new JsonArray("*") });
        Assert.True(hook.Status == 201, $"{hook.Body}");
        var ann = LoopService.NewAddress();
        var sent = await service.SendAsync(api, ann);
        var report = Reports.Status(sent.ReturnPath.ToUpperInvariant(), "rewritten@relay.example", ann);

        var first = await LoopService.PushAsync(api, report);
        Assert.Equal(sent.Id, Assert.Single(first["matched"]!.AsArray())!.GetValue<string>());
        Assert.Equal("bounced", Assert.Single(first["recorded"]!.AsArray())!["status"]!.GetValue<string>());
        for (var i = 0; i < 4; i++)
        {
            var again = await LoopService.PushAsync(api, report);
            Assert.Equal(sent.Id, Assert.Single(again["matched"]!.AsArray())!.GetValue<string>());
            Assert.Empty(again["recorded"]!.AsArray());
        }

        var message = (await api.GetAsync($"/v1/messages/{sent.Id}")).Body!;
        Assert.Equal("completed", message["status"]!.GetValue<string>());
        Assert.Equal("bounced", ApiClient.StatusOf(message, ann));
        var events = await api.WaitForEventsOfAsync(sent.Id, 3);
        Assert.Equal(["message.accepted", "message.delivered", "message.bounced"], events.Select(TypeOf));
        Assert.Equal([1, 2, 3], events.Select(e => e["sequence"]!.GetValue<int>()));
        Assert.True(
            JsonNode.DeepEquals(
                events[2]["data"]!["bounce"],
                new JsonObject { ["class"] = "hard", ["category"] = "invalid_recipient", ["source"] = "report" }),
            $"{events[2]}");
        Assert.Equal("550 5.1.1 no such user here", events[2]["data"]!["smtp"]!["response"]!.GetValue<string>());
        Assert.Equal("api", events[2]["data"]!["source"]!.GetValue<string>());
        var attempts = await api.AttemptsOfAsync(sent.Id);
        Assert.Equal(["delivered", "bounced"], attempts.Select(a => a["outcome"]!.GetValue<string>()));
        Assert.Equal(("report", 550), (
            attempts[1]["relay"]!.GetValue<string>(), attempts[1]["smtp"]!["code"]!.GetValue<int>()));
        var entry = (await api.GetAsync($"/v1/suppressions/{ann}")).Body!;
        Assert.Equal(("hard_bounce", "report", sent.Id), (
            entry["reason"]!.GetValue<string>(), entry["source"]!.GetValue<string>(), entry["message_id"]!.GetValue<string>()));
        Assert.Equal("all_recipients_suppressed", (await api.PostAsync("/v1/messages", ApiClient.Message(ann))).Code);

        var told = await receiver.WaitForAsync(4);
        Assert.Equal(
            ["message.accepted", "message.bounced", "message.delivered", "suppression.created"], told.Select(t => t.Type).Order());
        Assert.True(
            JsonNode.DeepEquals(events[2], told.Single(t => t.Type == "message.bounced").Event), "A webhook says what the API does.");
    }

    [Fact]
    public async Task A_report_that_comes_ten_times_at_once_is_recorded_once()
    {
        using var api = await service.NewProjectAsync();
        var ann = LoopService.NewAddress();
        var sent = await service.SendAsync(api, ann);
        var report = Reports.Status("postmaster@acme.example", sent.MessageId, ann);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LoopService.PushAsync(api, report)));

        Assert.Single(answers, a => a["recorded"]!.AsArray().Count == 1);
        Assert.Single(await api.WaitForEventsOfAsync(sent.Id, 3), e => TypeOf(e) == "message.bounced");
        Assert.Equal(2, (await api.AttemptsOfAsync(sent.Id)).Count);
    }

    [Fact]
    public async Task A_complaint_without_a_recipient_is_that_of_the_only_one()
    {
        using var api = await service.NewProjectAsync();
        var (ann, bob) = (LoopService.NewAddress(), LoopService.NewAddress("bob"));
        var (one, two) = (await service.SendAsync(api, ann), await service.SendAsync(api, ann, bob));

        // A program that misses a signature sends the same form; nobody has complained.
        var missed = await LoopService.PushAsync(api, Reports.Complaint(one.MessageId, type: "auth-failure"));
        Assert.Empty(missed["recorded"]!.AsArray());
        Assert.Equal("complained", (await LoopService.PushAsync(api, Reports.Complaint(one.MessageId)))
            ["recorded"]![0]!["status"]!.GetValue<string>());
        Assert.Empty((await LoopService.PushAsync(api, Reports.Complaint(two.MessageId)))["matched"]!.AsArray());

        var complained = (await api.WaitForEventsOfAsync(one.Id, 3))[^1];
        Assert.Equal(("message.complained", "abuse"), (TypeOf(complained), complained["data"]!["reason"]!.GetValue<string>()));
        Assert.Equal("complained", (await api.AttemptsOfAsync(one.Id))[^1]["outcome"]!.GetValue<string>());
        Assert.Equal("complaint", (await api.GetAsync($"/v1/suppressions/{ann}")).Body!["reason"]!.GetValue<string>());
        Assert.Equal(404, (await api.GetAsync($"/v1/suppressions/{bob}")).Status);

        // What a server says afterwards weighs less than what the recipient said.
        await LoopService.PushAsync(api, Reports.Status(two.ReturnPath, two.MessageId, ann));
        Assert.Equal("complaint", (await api.GetAsync($"/v1/suppressions/{ann}")).Body!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Mail_that_was_forwarded_comes_back_to_the_recipient_it_was_for()
    {
        using var api = await service.NewProjectAsync();
        var (ann, bob) = (LoopService.NewAddress(), LoopService.NewAddress("bob"));
        var (one, two) = (await service.SendAsync(api, ann), await service.SendAsync(api, ann, bob));
        var elsewhere = "ann@forwarded.example";

        // Among two it takes the original recipient's name to know whose forwarding failed.
        Assert.Empty((await LoopService.PushAsync(api, Reports.Status(two.ReturnPath, "x@y.example", elsewhere)))["matched"]!.AsArray());
        var named = Reports.Status(two.ReturnPath, "x@y.example", elsewhere, originalRecipient: bob);
        Assert.Equal(bob, (await LoopService.PushAsync(api, named))["recorded"]![0]!["email"]!.GetValue<string>());
        var alone = Reports.Status(one.ReturnPath, "x@y.example", elsewhere, reply: "554 5.7.1 rejected by policy");
        Assert.Equal(ann, (await LoopService.PushAsync(api, alone))["recorded"]![0]!["email"]!.GetValue<string>());

        Assert.Equal(404, (await api.GetAsync($"/v1/suppressions/{ann}")).Status);
    }

    [Fact]
    public async Task What_bounces_while_it_is_still_tried_is_tried_no_more()
    {
        using var api = await service.NewProjectAsync();
        var (ann, later) = (LoopService.NewAddress(), LoopService.NewAddress("later"));
        var sent = await service.SendAsync(api, ann, later);
        await api.WaitForAsync(sent.Id, m => ApiClient.StatusOf(m, later) == "deferred");

        await LoopService.PushAsync(api, Reports.Status(sent.ReturnPath, sent.MessageId, later));

        var message = (await api.GetAsync($"/v1/messages/{sent.Id}")).Body!;
        Assert.Equal(("completed", "delivered", "bounced"), (
            message["status"]!.GetValue<string>(), ApiClient.StatusOf(message, ann), ApiClient.StatusOf(message, later)));
    }

    [Fact]
    public async Task A_delay_is_noted_once_and_changes_nothing()
    {
        using var api = await service.NewProjectAsync();
        var ann = LoopService.NewAddress();
        var sent = await service.SendAsync(api, ann);
        var delay = Reports.Status(sent.ReturnPath, sent.MessageId, ann, "delayed", "451 4.4.1 no answer from host");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("delay", (await LoopService.PushAsync(api, delay))["kind"]!.GetValue<string>());
        }

        Assert.Equal(["message.accepted", "message.delivered"], (await api.WaitForEventsOfAsync(sent.Id, 2)).Select(TypeOf));
        Assert.Equal(["delivered", "deferred"], (await api.AttemptsOfAsync(sent.Id)).Select(a => a["outcome"]!.GetValue<string>()));
        Assert.Equal("bounced", (await LoopService.PushAsync(api, Reports.Status(sent.ReturnPath, sent.MessageId, ann)))
            ["recorded"]![0]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_success_and_ordinary_mail_change_nothing()
    {
        using var api = await service.NewProjectAsync();
        var ann = LoopService.NewAddress();
        var sent = await service.SendAsync(api, ann);

        var success = await LoopService.PushAsync(
            api, Reports.Status(sent.ReturnPath, sent.MessageId, ann, "relayed", "250 2.1.5 passed on"));
        var answer = await LoopService.PushAsync(
            api, $"From: {ann}\r\nTo: {sent.ReturnPath}\r\nSubject: Re: Hello\r\nIn-Reply-To: <{sent.MessageId}>\r\n\r\nThanks!\r\n");

        Assert.Equal(("delivered", true), (success["kind"]!.GetValue<string>(), success["understood"]!.GetValue<bool>()));
        Assert.Equal(("none", false), (answer["kind"]!.GetValue<string>(), answer["understood"]!.GetValue<bool>()));
        Assert.Equal(2, (await api.WaitForEventsOfAsync(sent.Id, 2)).Count);
    }

    [Fact]
    public async Task A_key_speaks_of_its_own_project_alone_and_needs_the_scope()
    {
        using var api = await service.NewProjectAsync();
        using var stranger = await service.NewProjectAsync();
        using var sender = await service.NewProjectAsync("send", "read");
        var ann = LoopService.NewAddress();
        var sent = await service.SendAsync(api, ann);
        var report = Reports.Status(sent.ReturnPath, sent.MessageId, ann);

        Assert.Empty((await LoopService.PushAsync(stranger, report))["matched"]!.AsArray());
        Assert.Equal(sent.Id, await InspectAsync(api, report));
        Assert.Null(await InspectAsync(stranger, report));
        Assert.Equal(2, (await api.WaitForEventsOfAsync(sent.Id, 2)).Count);
        using var content = new StringContent(report, System.Text.Encoding.UTF8, "message/rfc822");
        using var refused = await sender.Http.PostAsync("/v1/bounces", content);
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Equal(415, (await api.PostTextAsync("/v1/bounces", "{}")).Status);
    }

    private static async Task<string?> InspectAsync(ApiClient api, string report)
    {
        using var content = new StringContent(report, System.Text.Encoding.UTF8, "message/rfc822");
        using var response = await api.Http.PostAsync("/v1/bounces/inspect", content);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["original"]!["matched"]?.GetValue<string>();
    }

    private static string TypeOf(JsonNode e) => e["type"]!.GetValue<string>();
}

public sealed class SqliteFeedbackTests(SqliteLoop service) : FeedbackTests(service), IClassFixture<SqliteLoop>;

public sealed class PostgresFeedbackTests(PostgresLoop service) : FeedbackTests(service), IClassFixture<PostgresLoop>;
