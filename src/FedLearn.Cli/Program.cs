using FedLearn.Cli;
using FedLearn.Cli.Shell;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, ParentWatch.Start());
