namespace MailApi.Benchmarks.LoadTool.Runs.Memory;

/// <summary>What was seen at one time.</summary>
/// <param name="At">Since the load began.</param>
/// <param name="Bytes">Resident memory of the service.</param>
/// <param name="Accepted">Messages so far.</param>
/// <param name="Received">Messages at the sink so far.</param>
public sealed record MemorySample(TimeSpan At, long Bytes, int Accepted, int Received);
