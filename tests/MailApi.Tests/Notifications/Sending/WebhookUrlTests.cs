using System.Net;
using System.Text.Json;
using MailApi.Core.Notifications.Sending;

namespace MailApi.Tests.Notifications.Sending;

public sealed class WebhookUrlTests
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    [Fact]
    public void Each_URL_of_the_list_is_refused_or_accepted_as_it_says()
    {
        var wrong = new List<string>();
        var seen = 0;
        foreach (var row in TestData.Rows("ssrf.tsv"))
        {
            seen++;
            var url = JsonSerializer.Deserialize<string>(row[0])!;
            var accepted = WebhookUrl.TryParse(url, [], out _, out var error);
            if (accepted != (row[3] != "block"))
            {
                wrong.Add($"{row[0]} ({row[3]}): {error}");
            }
        }

        Assert.Empty(wrong);
        Assert.True(seen > 400);
    }

    [Theory]
    [InlineData("https://hooks.example.com:8443/a?b=c")]
    [InlineData("https://token@hooks.example.com/")]
    [InlineData("https://my_service.example.com")]
    [InlineData("http://93.184.216.34:8080/")]
    [InlineData("https://example.com/a%20b?c=@d")]
    [InlineData("https://example.com/bücher")]
    public void A_public_endpoint_is_accepted(string url)
    {
        Assert.True(WebhookUrl.TryParse(url, [], out var parsed, out var error), error);
        Assert.True(parsed.IsAbsoluteUri);
    }

    [Theory]
    [InlineData("https://example.com:22/")]
    [InlineData("https://example.com:6379/")]
    [InlineData("https://example.com:6000/")]
    [InlineData("https://example.com:0443/")]
    [InlineData("https://example.com:/")]
    [InlineData("https://example.com/#a")]
    [InlineData("https://a:b:c@example.com/")]
    [InlineData("https://a%0d%0ab@example.com/")]
    [InlineData("https://a%3ab@example.com/")]
    [InlineData("https://@example.com/")]
    [InlineData("https://0x5db8d822/")]
    [InlineData("https://ex%61mple.com/")]
    [InlineData("https://168.63.129.16/")]
    [InlineData("https://[::ffff:0:5db8:d822]/")]
    [InlineData("ws://example.com/")]
    public void What_can_be_read_in_two_ways_or_is_no_business_of_ours_is_refused(string url)
    {
        Assert.False(WebhookUrl.TryParse(url, [], out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_URL_has_at_most_2048_characters()
    {
        var url = "https://example.com/".PadRight(2048, 'a');
        Assert.True(WebhookUrl.TryParse(url, [], out _, out _));
        Assert.False(WebhookUrl.TryParse(url + "a", [], out _, out _));
    }

    [Theory]
    [InlineData("http://localhost:5000/")]
    [InlineData("http://127.0.0.1:5000/")]
    [InlineData("http://[::1]:5000/")]
    [InlineData("http://hooks.internal/")]
    public void Allowed_networks_open_addresses_in_them_and_local_names(string url)
    {
        Assert.False(WebhookUrl.TryParse(url, [], out _, out _));
        Assert.True(WebhookUrl.TryParse(url, Loopback, out _, out var error), error);
    }

    [Fact]
    public void Allowed_networks_open_no_other_network() =>
        Assert.False(WebhookUrl.TryParse("http://10.0.0.1/", Loopback, out _, out _));

    [Theory]
    [InlineData("https://ann:s3cret@example.com/a", "https://ann:***@example.com/a")]
    [InlineData("https://ann@example.com/", "https://ann@example.com/")]
    [InlineData("https://example.com/a:b@c", "https://example.com/a:b@c")]
    [InlineData("https://example.com:8443/a@b", "https://example.com:8443/a@b")]
    public void A_password_is_not_shown(string url, string shown) => Assert.Equal(shown, WebhookUrl.Redact(url));
}
