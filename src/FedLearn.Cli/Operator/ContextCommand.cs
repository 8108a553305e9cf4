using System.CommandLine;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Operator;

/// <summary><c>fedlearn context</c>: which coordinator commands talk to when nobody says.</summary>
internal static class ContextCommand
{
    public static Command Create() =>
        new Command("context", "Remembers a coordinator and how to come to it, so that operators' commands need no flags.") { Set(), Details(), Clear() }
            .WithExamples("fedlearn context set --token-file data/operator.token", "fedlearn context show");

    private static Command Set()
    {
        var token = new Option<FileInfo>("--token-file") { Description = "The file with the token: operator.token in the coordinator's data folder, or one of `fedlearn pki token create`.", HelpName = "FILE", Required = true };
        var coordinator = new Option<string>("--coordinator", "-c") { Description = "The coordinator's address for operators. Default: the one that lies beside the token.", HelpName = "URL" };
        var trust = new Option<FileInfo>("--trust") { Description = "A PEM file with the certificates to trust. Default: the one that lies beside the token.", HelpName = "FILE" };
        var command = new Command("set", "Remembers these; what was remembered before is replaced.") { token, coordinator, trust };
        command.SetAction(result =>
        {
            foreach (var file in new[] { result.GetRequiredValue(token), result.GetValue(trust) }.OfType<FileInfo>().Where(f => !f.Exists))
            {
                throw new CliException($"there is no file {file.FullName}", ExitCode.Usage);
            }

            new OperatorContext(result.GetRequiredValue(token).FullName, result.GetValue(coordinator), result.GetValue(trust)?.FullName).Save();
            result.InvocationConfiguration.Output.WriteLine($"remembered in {OperatorContext.File}; try `fedlearn run ls`");
        });
        return command.WithExamples(
            "fedlearn context set --token-file data/operator.token",
            "fedlearn context set --token-file my.token --coordinator https://coordinator.example:7073 --trust root.pem");
    }

    private static Command Details()
    {
        var command = new Command("show", "Shows what is remembered, as JSON.");
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(OperatorContext.Load().ToJson()));
        return command.WithExamples("fedlearn context show");
    }

    private static Command Clear()
    {
        var command = new Command("clear", "Forgets it.");
        command.SetAction(_ => File.Delete(OperatorContext.File));
        return command.WithExamples("fedlearn context clear");
    }
}
