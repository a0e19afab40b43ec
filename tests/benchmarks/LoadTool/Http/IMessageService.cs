namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>Something that takes messages by <c>POST /v1/messages</c> and answers 202.</summary>
public interface IMessageService
{
    Uri Address { get; }

    string ApiKey { get; }

    /// <summary>The end of its log, for an error message.</summary>
    string LastWords();
}
