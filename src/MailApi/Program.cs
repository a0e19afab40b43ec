using MailApi.Cli;

return await CommandLine.RunAsync(args);
