namespace MailApi.Core.Notifications.Sending;

/// <summary>The ports an endpoint may have: none where another protocol is at home.</summary>
internal static class WebhookPorts
{
    private const int FirstUnprivileged = 1_024;

    // The blocked ports of the Fetch standard from 1024 on; then databases, queues, remote desktops and tunnels.
    private static readonly HashSet<int> NotHttp =
    [
        1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
        1080, 1194, 1433, 1434, 1521, 1883, 2181, 2483, 2484, 3268, 3269, 3306, 3389, 5432, 5671, 5672, 6379, 6380, 6432,
        8883, 9042, 9092, 9093, 11211, 26379, 27017, 27018, 27019, 33060, 61613, 61616,
        .. Enumerable.Range(5900, 10), .. Enumerable.Range(6000, 64),
    ];

    public static bool Allow(int port) => port is 80 or 443 || (port >= FirstUnprivileged && !NotHttp.Contains(port));
}
