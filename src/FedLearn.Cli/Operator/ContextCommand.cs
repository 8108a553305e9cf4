using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;

namespace FedLearn.Cli.Operator;

/// <summary><c>fedlearn context</c>: which coordinator commands talk to when nobody says.</summary>
internal static class ContextCommand
{
    public static Command Create() =>
        new Command("context", "Remembers a coordinator and how to come to it, so that operators' commands need no flags.") { Set(), Details(), Clear() }
            .WithExamples("fedlearn context set --token-file data/operator.token", "fedlearn context show");

    private static Command Set()
    {
        var token = new Option<FileInfo>("--token-file") { Description = "The file with the token: operator.token in the coordinator's data folder, or one of `fedlearn pki token create`.", HelpName = "FILE" };
        var identity = new Option<DirectoryInfo>("--identity") { Description = "The folder of an operator's or viewer's certificate, as `fedlearn enrol` made it, instead of a token.", HelpName = "DIR" };
        var coordinator = new Option<string>("--coordinator", "-c") { Description = "The coordinator's address for operators. Default: the one that lies beside the token.", HelpName = "URL" };
        var trust = new Option<FileInfo>("--trust") { Description = "A PEM file with the certificates to trust. Default: the one that lies beside the token.", HelpName = "FILE" };
        var command = new Command("set", "Remembers these; what was remembered before is replaced.") { token, identity, coordinator, trust };
        command.SetAction(result =>
        {
            var (folder, secret) = (result.GetValue(identity), result.GetValue(token));
            if (folder is null == secret is null)
            {
                throw new CliException("expected --token-file FILE or --identity DIR", ExitCode.Usage);
            }

            if (folder is not null && !ClientIdentity.Exists(IdentityOption.InState(folder.FullName)))
            {
                throw new CliException($"there is no identity in {folder.FullName}; `fedlearn enrol INVITATION --state DIR` makes one", ExitCode.Usage);
            }

            foreach (var file in new[] { secret, result.GetValue(trust) }.OfType<FileInfo>().Where(f => !f.Exists))
            {
                throw new CliException($"there is no file {file.FullName}", ExitCode.Usage);
            }

            new OperatorContext(secret?.FullName, result.GetValue(coordinator), result.GetValue(trust)?.FullName, folder?.FullName).Save();
            result.InvocationConfiguration.Output.WriteLine($"remembered in {OperatorContext.File}; try `fedlearn run ls`");
        });
        return command.WithExamples(
            "fedlearn context set --token-file data/operator.token",
            "fedlearn context set --identity me",
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
