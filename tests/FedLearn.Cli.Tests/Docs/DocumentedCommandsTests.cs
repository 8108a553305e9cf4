using System.Text.RegularExpressions;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests.Docs;

/// <summary>Every command in a code block of the pages is one that the command line takes: nobody copies a line that is out of date.</summary>
public sealed partial class DocumentedCommandsTests
{
    public static TheoryData<string> Pages() =>
        [.. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(p => $"docs/{Path.GetFileName(p)}").Append("README.md").Append("SECURITY.md").Where(p => Commands(p).Count > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_Parse(string page) =>
        Assert.All(Commands(page), command =>
        {
            var errors = CommandLine.Tree().Parse(command).Errors.Where(e => !e.Message.Contains("does not exist", StringComparison.Ordinal));
            Assert.True(!errors.Any(), $"fedlearn {command}\n{string.Join('\n', errors)}");
        });

    [Fact]
    public void Pages_OfTheRepository_HaveManyCommands() => Assert.InRange(Pages().Count, 5, 100);

    /// <summary>What comes after <c>fedlearn</c>, without what is the shell's.</summary>
    private static List<string> Commands(string page)
    {
        var blocks = Block().Matches(File.ReadAllText(Repository.PathOf(page))).Select(m => m.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal));
        return [.. blocks.SelectMany(b => b.Split('\n')).SelectMany(OfLine)];
    }

    private static IEnumerable<string> OfLine(string line)
    {
        // What a command in $(...) prints stands for one word, and is a command of its own.
        while (Inner().Match(line) is { Success: true } inner)
        {
            foreach (var command in OfLine(inner.Groups[1].Value))
            {
                yield return command;
            }

            line = line[..inner.Index] + "x" + line[(inner.Index + inner.Length)..];
        }

        foreach (var part in line.Split(" # ")[0].Split([" | ", " && ", " > ", " & ", "; "], StringSplitOptions.TrimEntries))
        {
            if (Called().Match(part) is { Success: true } called && !part.Contains("COMMAND", StringComparison.Ordinal))
            {
                yield return part[called.Length..].TrimEnd('&', ' ');
            }
        }
    }

    [GeneratedRegex("^```[^\n]*\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("""\$\(([^()]*)\)""")]
    private static partial Regex Inner();

    [GeneratedRegex("^(fedlearn|dotnet run (-c Release )?--project src/FedLearn.Cli --)( |$)")]
    private static partial Regex Called();
}
