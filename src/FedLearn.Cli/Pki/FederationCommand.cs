using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator.Federations;

namespace FedLearn.Cli.Pki;

/// <summary><c>fedlearn federation</c>: the federations that one coordinator serves, kept apart.</summary>
internal static class FederationCommand
{
    public static Command Create() => new Command("federation", "Adds and lists the federations that one coordinator serves.") { Make(), List() }
        .WithExamples("fedlearn federation create banks --data data", "fedlearn federation ls --data data");

    private static Command Make()
    {
        var name = new Argument<string>("name") { Description = "The federation's name: a-z, 0-9 and -.", HelpName = "NAME" };
        var (data, pki) = (DataOption(), PkiOption());
        var root = new Option<DirectoryInfo>("--root") { Description = "The folder 'root' that was made with the coordinator's authorities, brought back from its offline place. Default: beside --pki.", HelpName = "DIR" };
        var command = new Command("create", "Adds a federation; the coordinator serves it from its next start on.") { name, data, pki, root };
        command.SetAction(result =>
        {
            var (federation, folder, authorities) = (result.GetRequiredValue(name), result.GetRequiredValue(data).FullName, PkiOf(result, data, pki));
            var rootFolder = result.GetValue(root)?.FullName ?? Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(authorities))!, "root");
            FederationFolders.Create(folder, federation, authorities, rootFolder, TimeProvider.System.GetUtcNow());
            result.InvocationConfiguration.Output.WriteLine(
                $"federation {federation} is in {FederationFolders.Of(folder, federation)}; the coordinator serves it from its next start on, and puts its operators' token there");
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn federation create banks --data data", "fedlearn federation create banks --data data --root /media/offline/root");
    }

    private static Command List()
    {
        var (data, pki, json) = (DataOption(), PkiOption(), new Option<bool>("--json") { Description = "Print JSON for scripts." });
        var command = new Command("ls", "Lists the federations in a coordinator's data folder, its own first.") { data, pki, json };
        command.SetAction(result =>
        {
            var folder = result.GetRequiredValue(data).FullName;
            (string Name, string Folder)[] all =
            [
                (FederationFolders.OwnName(PkiOf(result, data, pki)), folder),
                .. FederationFolders.List(folder).Select(f => (f, FederationFolders.Of(folder, f))),
            ];
            Print(result.InvocationConfiguration.Output, all, result.GetValue(json));
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn federation ls --data data");
    }

    private static void Print(TextWriter output, (string Name, string Folder)[] federations, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var (name, folder) in federations)
                {
                    w.WriteStartObject();
                    w.WriteString("federation", name);
                    w.WriteString("folder", folder);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("federation", "folder");
        foreach (var (name, folder) in federations)
        {
            table.Add(name, folder);
        }

        table.Write(output);
    }

    private static Option<DirectoryInfo> DataOption() => new("--data") { Description = "The coordinator's data folder.", HelpName = "DIR", Required = true };

    private static Option<DirectoryInfo> PkiOption() => new("--pki") { Description = "The folder 'coordinator' of the coordinator's authorities. Default: DATA/pki/coordinator.", HelpName = "DIR" };

    private static string PkiOf(ParseResult result, Option<DirectoryInfo> data, Option<DirectoryInfo> pki) =>
        result.GetValue(pki)?.FullName ?? Path.Combine(result.GetRequiredValue(data).FullName, "pki", "coordinator");
}
