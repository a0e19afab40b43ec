using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>Every way an endpoint can misbehave has a test: the table names it, and the test exists.</summary>
public sealed class FaultTableTests
{
    private const string OneRequest = "MailApi.Tests/Notifications/Sending/WebhookFaultTests.cs";
    private const string Tls = "MailApi.Tests/Notifications/Sending/WebhookTlsTests.cs";
    private const string Names = "MailApi.Tests/Notifications/Sending/SsrfTests.cs";
    private const string Endpoints = "MailApi.IntegrationTests/Webhooks/EndpointFaultTests.cs";
    private const string Telling = "MailApi.IntegrationTests/Webhooks/WebhookTests.cs";
    private const string Signing = "MailApi.IntegrationTests/Webhooks/SigningTests.cs";
    private const string Interrupted = "MailApi.IntegrationTests/Webhooks/InterruptedTests.cs";

    private static readonly Dictionary<string, (string File, string Test)> Tests = new()
    {
        ["ok-200"] = (OneRequest, "The_status_decides"),
        ["ok-204"] = (OneRequest, "The_status_decides"),
        ["ok-slow-5s"] = (OneRequest, "A_slow_answer_is_waited_for_and_its_start_kept"),
        ["hang-connect"] = (Endpoints, nameof(EndpointFaultTests.An_endpoint_that_hangs_is_told_again_and_delays_no_other)),
        ["hang-headers"] = (Endpoints, nameof(EndpointFaultTests.An_endpoint_that_hangs_is_told_again_and_delays_no_other)),
        ["hang-body"] = (OneRequest, "A_body_that_hangs_is_cut_and_the_status_decides"),
        ["status-301..308"] = (OneRequest, "The_status_decides"),
        ["status-400"] = (OneRequest, "The_status_decides"),
        ["status-401"] = (OneRequest, "The_status_decides"),
        ["status-410"] = (Telling, nameof(WebhookTests.An_endpoint_that_is_gone_is_disabled_and_the_others_hear_of_it)),
        ["status-429-retry-after"] = (Endpoints, nameof(EndpointFaultTests.An_endpoint_that_asks_for_time_gets_it)),
        ["status-500-then-200"] = (Telling, nameof(WebhookTests.A_failure_is_told_again_by_the_same_id_and_the_log_shows_each_request)),
        ["status-503-retry-after"] = (Endpoints, nameof(EndpointFaultTests.An_endpoint_that_asks_for_time_gets_it)),
        ["rst-mid-response"] = (OneRequest, "A_reset_before_the_headers_end_is_a_failure"),
        ["tls-expired"] = (Tls, "A_bad_certificate_is_a_failure_with_its_reason"),
        ["tls-wrong-host"] = (Tls, "A_bad_certificate_is_a_failure_with_its_reason"),
        ["http2-goaway"] = (Tls, "An_HTTP2_connection_that_goes_away_is_a_failure"),
        ["response-1GB"] = (OneRequest, "Of_a_gigabyte_no_more_than_the_start_is_taken"),
        ["response-gzip-bomb"] = (OneRequest, "A_compressed_body_is_not_unpacked"),
        ["header-1MB"] = (OneRequest, "Headers_of_a_megabyte_are_a_failure"),
        ["dns-nx"] = (Names, "A_name_that_leads_inside_is_blocked_with_the_reason"),
        ["dns-private"] = (Names, "A_name_that_leads_inside_is_blocked_with_the_reason"),
        ["dns-rebind"] = (Names, "A_name_is_looked_up_once_and_the_connection_goes_to_that_answer"),
        ["ipv6-only-private"] = (Names, "A_name_that_leads_inside_is_blocked_with_the_reason"),
        ["flap-50pct"] = (Endpoints, nameof(EndpointFaultTests.Of_an_endpoint_that_fails_half_the_time_every_event_is_taken)),
        ["dead-endpoint-10k-events"] =
            (Endpoints, nameof(EndpointFaultTests.Ten_thousand_events_that_a_dead_endpoint_has_not_heard_delay_no_other_project)),
        ["disabled-and-recover"] = (Telling, nameof(WebhookTests.An_endpoint_that_is_gone_is_disabled_and_the_others_hear_of_it)),
        ["out-of-order"] = (Endpoints, nameof(EndpointFaultTests.What_arrives_out_of_order_is_put_in_order_by_its_sequence)),
        ["secret-rotation"] = (Signing, nameof(SigningTests.After_a_rotation_requests_carry_a_signature_by_either_secret)),
        ["clock-skew-10min"] = (Signing, nameof(SigningTests.The_timestamp_is_of_the_attempt_and_not_of_the_event)),
        ["kill-9-during-post"] = (Interrupted, nameof(InterruptedTests.A_request_that_a_kill_cut_off_is_made_again_by_the_same_id)),
        ["duplicate-suppression"] = (Endpoints, nameof(EndpointFaultTests.What_arrives_twice_is_known_by_its_webhook_id)),
    };

    [Fact]
    public void Every_fault_of_the_list_has_a_test()
    {
        var missing = TestData.Rows("webhook-faults.tsv").Select(r => r[0]).Where(row => !Tests.ContainsKey(row));

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Every_test_that_the_table_names_exists()
    {
        foreach (var (file, test) in Tests.Values)
        {
            var source = await Repository.ReadAsync($"tests/{file}");
            Assert.Contains($" {test}(", source, StringComparison.Ordinal);
        }
    }
}
