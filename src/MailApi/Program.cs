using MailApi.Hosting;

await Server.RunAsync(Server.Build(args));
