using System.Xml.Linq;
using FedLearn.Testing;

namespace FedLearn.Architecture.Tests;

public class ProjectReferenceTests
{
    [Theory]
    [InlineData("Core")]
    [InlineData("Protocol", "Core")]
    [InlineData("Client", "Protocol")]
    [InlineData("Training", "Client", "Core")]
    [InlineData("Coordinator", "Protocol")]
    [InlineData("Cli", "Client", "Coordinator", "Training")]
    public void Project_References_AreTheOnesOfThePlan(string project, params string[] expected) =>
        Assert.Equal(expected, References(project));

    [Fact]
    public void Projects_AllOfSrc_StandInThePlan() =>
        Assert.Equal(
            ["FedLearn.Cli", "FedLearn.Client", "FedLearn.Coordinator", "FedLearn.Core", "FedLearn.Protocol", "FedLearn.Training", "fedlearn-python"],
            Directory.EnumerateDirectories(Repository.PathOf("src")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(Repository.PathOf($"src/FedLearn.{project}/FedLearn.{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)["FedLearn.".Length..])
            .Order(StringComparer.Ordinal);
}
