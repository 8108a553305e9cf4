using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Help;

/// <summary><c>fedlearn reference</c>: every command with its arguments, options and examples, which is docs/cli-reference.md.</summary>
internal static class ReferenceCommand
{
    public static Command Create()
    {
        var command = new Command("reference", "Prints the reference of all commands as Markdown, from the same words as --help.");
        command.SetAction(result => result.InvocationConfiguration.Output.Write(Markdown(result.RootCommandResult.Command)));
        return command.WithExamples("fedlearn reference > docs/cli-reference.md");
    }

    /// <summary>The page.</summary>
    public static string Markdown(Command root)
    {
        var page = new StringBuilder();
        page.AppendLine("# Reference of the command line").AppendLine();
        page.AppendLine("Made by `fedlearn reference`, from the words of `--help`; what the commands are for and how they go together tells [the command line](cli.md).").AppendLine();
        Append(page, root, "fedlearn");
        return page.ToString();
    }

    private static void Append(StringBuilder page, Command command, string path)
    {
        if (command.Subcommands.Count == 0)
        {
            AppendLeaf(page, command, path);
        }

        foreach (var sub in command.Subcommands.Where(c => !c.Hidden))
        {
            Append(page, sub, $"{path} {sub.Name}");
        }
    }

    private static void AppendLeaf(StringBuilder page, Command command, string path)
    {
        page.AppendLine($"## {path}").AppendLine().AppendLine(command.Description).AppendLine();
        var options = command.Options.Where(o => !o.Hidden && o is not HelpOption and not VersionOption).ToList();
        if (command.Arguments.Count + options.Count > 0)
        {
            page.AppendLine("| | |").AppendLine("|---|---|");
            foreach (var argument in command.Arguments)
            {
                page.AppendLine($"| `{argument.HelpName ?? argument.Name}` | {Cell(argument.Description)} |");
            }

            foreach (var option in options)
            {
                var names = string.Join(", ", option.Aliases.Prepend(option.Name).Distinct());
                var value = option.ValueType == typeof(bool) ? "" : $" {option.HelpName ?? "VALUE"}";
                page.AppendLine($"| `{names}{value}` | {Cell(option.Description)}{(option.Required ? " Required." : "")} |");
            }

            page.AppendLine();
        }

        if (Examples.Of(command) is { Count: > 0 } examples)
        {
            page.AppendLine("```").AppendJoin(Environment.NewLine, examples).AppendLine().AppendLine("```").AppendLine();
        }
    }

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}
