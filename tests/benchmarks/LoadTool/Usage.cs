namespace MailApi.Benchmarks.LoadTool;

/// <summary>What a wrong command line is answered.</summary>
public static class Usage
{
    public const string Text = """
        usage: run [speed] [--messages 40000] [--size 5120] [--connections 64] [--rounds 3]
                           [--providers sqlite,postgres|none] [--without fastify,postfix]
               run backlog [--past 5000000] [--later 1000000] [--messages 20000] [--rounds 3] [--providers sqlite,postgres]
               run memory [--minutes 10] [--providers sqlite,postgres]
               run latency [--messages 200] [--nodes 1] [--load idle|half] [--providers sqlite,postgres]
               run fairness [--messages 300] [--queued 5000] [--low 100000] [--flood 20000] [--providers sqlite,postgres]
               run templates [--messages 10000] [--size 5120] [--connections 64] [--provider sqlite|postgres]
               run webhooks [--messages 10000] [--size 5120] [--connections 64] [--providers sqlite,postgres]
               run webhook-crash [--messages 2500] [--provider sqlite|postgres] [--kill-every 5]
               run crash [--seconds 60] [--provider sqlite|postgres] [--kill-every 5] [--signal KILL|TERM] [--clients 8]
                         [--restart-within 10]
               run bounces [--data FOLDER] [--part all|tuning|held-out]
        every command: [--service PATH/MailApi.dll] to measure another build, [--keep] to keep the temporary files
        """;
}
