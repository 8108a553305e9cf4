using System.CommandLine;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Help;

/// <summary><c>fedlearn completion</c>: a script that makes a shell complete commands and options. It asks this program, by its <c>[suggest]</c> directive.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> s_scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _fedlearn() {
              local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
              COMPREPLY=($(compgen -W "$(fedlearn "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _fedlearn fedlearn
            """,
        ["zsh"] = """
            _fedlearn() {
              local -a found
              found=("${(@f)$(fedlearn "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
              compadd -a found || _files
            }
            compdef _fedlearn fedlearn
            """,
        ["fish"] = """
            complete -c fedlearn -a '(fedlearn "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName fedlearn -ScriptBlock {
              param($word, $line, $position)
              fedlearn "[suggest:$position]" "$line" | Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = $"The shell: {string.Join(", ", s_scripts.Keys)}.", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new Command("completion", "Prints a script that makes a shell complete commands and options.") { shell };
        command.SetAction(result => result.InvocationConfiguration.Output.WriteLine(s_scripts[result.GetRequiredValue(shell)]));
        return command.WithExamples("fedlearn completion bash > ~/.local/share/bash-completion/completions/fedlearn", "fedlearn completion fish > ~/.config/fish/completions/fedlearn.fish");
    }
}
