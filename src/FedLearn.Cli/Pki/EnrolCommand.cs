using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;

namespace FedLearn.Cli.Pki;

/// <summary><c>fedlearn enrol</c>: a participant takes an invitation for a certificate.</summary>
internal static class EnrolCommand
{
    /// <summary>Where in a worker's state folder its identity is.</summary>
    public const string IdentityFolder = "identity";

    private const int MostCharacters = 4096;

    public static Command Create()
    {
        var invitation = new Argument<string>("invitation") { Description = "The operator's word, the name of a file with it, or - for standard input.", HelpName = "INVITATION" };
        var state = new Option<DirectoryInfo>("--state") { Description = "The worker's state folder; key and certificate are kept in its folder 'identity'.", HelpName = "DIR", Required = true };
        var command = new Command("enrol", "Takes an invitation, of a participant or an operator: makes a key on this machine and gets a certificate for it.") { invitation, state };
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = Path.Combine(result.GetRequiredValue(state).FullName, IdentityFolder);
            using var identity = await Enroller.EnrolAsync(Read(result.GetRequiredValue(invitation)), folder, cancellationToken: cancellationToken);
            var renews = identity.Operator is null ? "a running worker renews it" : $"operators' commands take it by --identity {folder}, and renew it";
            await result.InvocationConfiguration.Output.WriteLineAsync(
                $"enrolled as {identity.Uri}; the certificate is valid until {Show.Time(identity.NotAfter.ToUnixTimeMilliseconds())}, and {renews}. The coordinator is {identity.Address}");
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn enrol invitation.txt --state state", "fedlearn enrol - --state state");
    }

    /// <summary>The invitation in a file.</summary>
    public static string ReadFile(string path) => !File.Exists(path) ? throw new CliException($"there is no invitation at {path}; `fedlearn pki invite` writes one")
        : new FileInfo(path).Length <= MostCharacters ? File.ReadAllText(path)
        : throw new CliException($"{path} is no invitation: it is longer than {MostCharacters} bytes", ExitCode.Usage);

    private static string Read(string argument) => argument == "-" ? Console.In.ReadToEnd() : File.Exists(argument) ? ReadFile(argument) : argument;
}
