namespace MailApi.Benchmarks.LoadTool;

/// <summary>The run could not be finished; the message is all the user needs to see.</summary>
public sealed class RunFailedException(string message) : Exception(message);

/// <summary>The command line was not understood.</summary>
public sealed class UsageException(string message) : Exception(message);
