using System.Text.RegularExpressions;
using FedLearn.Testing;

namespace FedLearn.Cli.Tests.Docs;

/// <summary>docs/operations.md lists every log event, with its level.</summary>
public sealed partial class OperationsPageTests
{
    [Theory]
    [InlineData("src/FedLearn.Coordinator/CoordinatorLog.cs", 1000, 1999)]
    [InlineData("src/FedLearn.Client/Logging/ClientLog.cs", 2000, 2999)]
    public void EventTable_AgainstTheSource_ListsEveryEventOnceWithItsLevelAndMessage(string source, int first, int last)
    {
        var inCode = Declared().Matches(File.ReadAllText(Repository.PathOf(source))).Select(Event).Order().ToList();
        var inTable = Row().Matches(File.ReadAllText(Repository.PathOf("docs/operations.md"))).Select(Event)
            .Where(e => e.Id >= first && e.Id <= last).Order().ToList();

        Assert.NotEmpty(inCode);
        Assert.All(inCode, e => Assert.InRange(e.Id, first, last));
        Assert.Equal(inCode.Count, inCode.DistinctBy(e => e.Id).Count());
        Assert.Equal(inCode, inTable);
    }

    private static (int Id, string Level, string Message) Event(Match match) =>
        (int.Parse(match.Groups[1].ValueSpan), match.Groups[2].Value, match.Groups[3].Value.Replace("\\|", "|"));

    [GeneratedRegex("""LoggerMessage\((\d+), LogLevel\.(\w+), "(.*)"\)\]""")]
    private static partial Regex Declared();

    [GeneratedRegex("""^\| (\d+) \| (\w+) \| (.*) \|$""", RegexOptions.Multiline)]
    private static partial Regex Row();
}
