using FedLearn.Core.Specs;
using FedLearn.Testing;

namespace FedLearn.Core.Tests.Specs;

public class RunSpecReferenceTests
{
    private static readonly string[] Absent = ["dataSchema", "stop.target.metric", "stop.target.value", "strategy.clients", "client.localTensors", "strategy.clipNorm", "strategy.beta1", "strategy.beta2", "strategy.tau", "cohort.maxWait", "cohort.clients"];

    [Fact]
    public void Markdown_IsThePageInTheRepository()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/run-spec.md"));

        Assert.True(page == RunSpecReference.Markdown(), "docs/run-spec.md is not what the table of fields gives; run: fedlearn run spec > docs/run-spec.md");
    }

    [Fact]
    public void Fields_AllOfThem_HaveADocAndADefaultThatTheyAccept() =>
        Assert.All(SpecFields.All, field =>
        {
            Assert.EndsWith(".", field.Doc, StringComparison.Ordinal);
            Assert.True(field.Default is not null || field.Required || Absent.Contains(field.Path), field.Path);
        });
}
