using FedLearn.Client.Tests.Fakes;

namespace FedLearn.Client.Tests.Session;

/// <summary>What a worker tells of its training set.</summary>
public sealed class DataReportTests : SessionTestBase
{
    [Theory]
    [InlineData(false, new long[0])]
    [InlineData(true, new long[] { 4, 6 })]
    public async Task Acceptance_OfATrainerThatKnowsItsLabels_TellsLabelsOnlyWhereTheOwnerWantsIt(bool wanted, long[] labels)
    {
        Service.State.Add(new RunFixture(10).Announcement());
        await using var worker = StartWorker(new ScriptedTrainer { TrainingExamples = 10, LabelCounts = [4, 6] }, o => o with { ReportLabelCounts = wanted });

        var answer = await Service.Answers.NextAsync();

        Assert.Equal((10, ""), (answer.NumExamples, answer.DeclineReason));
        Assert.Equal(labels, answer.LabelCounts);
    }

    [Fact]
    public async Task Acceptance_OfATrainerThatSaysNothing_TellsNothing()
    {
        Service.State.Add(new RunFixture(10).Announcement());
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { ReportLabelCounts = true });

        var answer = await Service.Answers.NextAsync();

        Assert.Equal(0, answer.NumExamples);
        Assert.Empty(answer.LabelCounts);
    }
}
