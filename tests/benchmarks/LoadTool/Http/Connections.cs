namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>A fixed number of connections to a service, each with a request of its own to write numbers into.</summary>
internal sealed class Connections : IDisposable
{
    private readonly IMessageService _service;
    private readonly MessagePayload _payload;
    private readonly List<Open> _open = [];

    private Connections(IMessageService service, MessagePayload payload) => (_service, _payload) = (service, payload);

    public IReadOnlyList<Open> All => _open;

    public static async Task<Connections> OpenAsync(
        IMessageService service, MessagePayload payload, int count, CancellationToken cancellationToken)
    {
        var connections = new Connections(service, payload);
        for (var i = 0; i < count; i++)
        {
            var connection = new HttpConnection();
            connections._open.Add(new Open(connection, payload.Copy()));
            await connection.ConnectAsync(service.Address.Port, cancellationToken);
        }

        return connections;
    }

    /// <summary>Posts message <paramref name="number"/> and waits for its answer.</summary>
    /// <exception cref="RunFailedException">It was not 202.</exception>
    public async Task PostAsync(Open open, int number, CancellationToken cancellationToken)
    {
        _payload.Number(open.Request, number);
        if (await open.Connection.SendAsync(open.Request, cancellationToken) != 202)
        {
            throw new RunFailedException(
                $"message {number} was not accepted:\n{open.Connection.LastAnswer}\n{_service.LastWords()}");
        }
    }

    public void Dispose() => _open.ForEach(open => open.Connection.Dispose());

    internal sealed record Open(HttpConnection Connection, byte[] Request);
}
