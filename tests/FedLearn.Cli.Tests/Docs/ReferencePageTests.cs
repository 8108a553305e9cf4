using FedLearn.Cli.Help;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests.Docs;

/// <summary>docs/cli-reference.md is what `fedlearn reference` prints.</summary>
public class ReferencePageTests
{
    [Fact]
    public async Task Reference_OfTheCommandLine_IsThePage() =>
        Assert.Equal(
            ReferenceCommand.Markdown(CommandLine.Tree()).ReplaceLineEndings("\n"),
            await File.ReadAllTextAsync(Repository.PathOf("docs/cli-reference.md"), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("fedlearn run pl", "plot")]
    [InlineData("fedlearn mod", "model")]
    [InlineData("fedlearn run ls --j", "--json")]
    [InlineData("fedlearn completion ", "fish")]
    public async Task Suggest_OfABeginning_HasTheWord(string line, string word)
    {
        var (code, output, _) = await Cli.RunAsync($"[suggest:{line.Length}]", line);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(word, output.Split(Environment.NewLine));
    }
}
