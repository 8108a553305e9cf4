using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace FedLearn.Architecture.Tests;

/// <summary>The dependency rules of the plan, held against the compiled code: bodies of methods count as well as signatures.</summary>
public class TypeDependencyTests
{
    private const string Database = @"^Microsoft\.(EntityFrameworkCore|Data\.Sqlite)\b";

    private static readonly ArchUnitNET.Domain.Architecture Code = new ArchLoader()
        .LoadAssemblies([.. new[] { "FedLearn.Core", "FedLearn.Protocol", "FedLearn.Client", "FedLearn.Training", "FedLearn.Coordinator", "fedlearn" }.Select(Assembly.Load)])
        .Build();

    [Theory]
    [InlineData("ASP.NET and hosting", @"^Microsoft\.(AspNetCore|Extensions)\b")]
    [InlineData("the database", Database)]
    [InlineData("the wire", @"^(Google\.Protobuf|Grpc|FedLearn\.Protocol)\b")]
    [InlineData("files and sockets", @"^System\.(IO\.(File|Directory|FileStream|FileInfo|DirectoryInfo|RandomAccess)|Net)\b")]
    [InlineData("clocks", @"^System\.(TimeProvider|DateTime|DateTimeOffset|Diagnostics\.Stopwatch)$")]
    public void Core_AnyType_IsPure(string ofWhat, string forbidden) =>
        Holds($"Core knows nothing of {ofWhat}", "FedLearn.Core", forbidden);

    [Fact]
    public void Coordinator_OutsideStorage_NeverSeesTheDatabase() =>
        Holds("only Storage sees the database", "FedLearn.Coordinator", Database, except: "FedLearn.Coordinator.Storage");

    [Theory]
    [InlineData("FedLearn.Client")]
    [InlineData("FedLearn.Training")]
    [InlineData("FedLearn.Protocol")]
    [InlineData("FedLearn.Cli")]
    public void OtherProjects_AnyType_NeverSeeTheDatabase(string project) =>
        Holds("only the coordinator sees the database", project, Database);

    [Theory]
    [InlineData("FedLearn.Coordinator", @"^FedLearn\.(Client|Training|Cli)\b")]
    [InlineData("FedLearn.Client", @"^FedLearn\.(Coordinator|Training|Cli)\b")]
    [InlineData("FedLearn.Training", @"^FedLearn\.(Coordinator|Cli)\b")]
    [InlineData("FedLearn.Protocol", @"^FedLearn\.(Coordinator|Client|Training|Cli)\b")]
    public void Projects_AnyType_DependOneWay(string project, string forbidden) => Holds("dependencies run one way", project, forbidden);

    [Fact]
    public void Rules_DeliberatelyWrong_AreCaught()
    {
        Assert.NotEmpty(Violations("FedLearn.Coordinator", Database));
        Assert.NotEmpty(Violations("FedLearn.Core", @"^System\.Security\.Cryptography\b"));
        Assert.NotEmpty(Violations("FedLearn.Training", @"^FedLearn\.Client\b"));
        Assert.NotEmpty(Violations("FedLearn.Cli", @"^FedLearn\.Coordinator\b"));
        Assert.NotEmpty(Violations("FedLearn.Client", @"^System\.IO\.File\b"));
        Assert.NotEmpty(Violations("FedLearn.Client", @"^System\.TimeProvider$"));
    }

    private static void Holds(string rule, string project, string forbidden, string? except = null)
    {
        var violations = Violations(project, forbidden, except);
        Assert.True(violations.Count == 0, $"{rule}, but:\n{string.Join('\n', violations)}");
    }

    private static List<string> Violations(string project, string forbidden, string? except = null)
    {
        var types = Code.Types.Where(t => IsWithin(t, project) && (except is null || !IsWithin(t, except))).ToList();
        Assert.NotEmpty(types);
        return [.. types.SelectMany(t => t.Dependencies, (type, d) => (From: type.FullName, To: d.Target.FullName))
            .Where(d => Regex.IsMatch(d.To, forbidden))
            .Select(d => $"{d.From} -> {d.To}")
            .Distinct()];
    }

    private static bool IsWithin(IType type, string name) =>
        type.FullName.StartsWith($"{name}.", StringComparison.Ordinal);
}
