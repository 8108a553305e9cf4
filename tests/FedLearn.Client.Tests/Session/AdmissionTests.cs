using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Training;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

public sealed class AdmissionTests : SessionTestBase
{
    private const string Mine = "1111111111111111111111111111111111111111111111111111111111111111";
    private const string Theirs = "2222222222222222222222222222222222222222222222222222222222222222";

    [Fact]
    public async Task Run_OfMyKind_IsAcceptedOnEveryConnection()
    {
        Service.State.Add(new RunFixture(10).Announcement());
        var asked = 0;
        await using var worker = StartWorker(
            new ScriptedTrainer { Decline = _ => ++asked > 1 ? "asked twice" : null, TrainingExamples = 60 }, o => o with { DataVersion = "abc" });

        var first = await Service.Answers.NextAsync();
        Service.EndStreams();
        var second = await Service.Answers.NextAsync();

        Assert.Equal(("run-1", 0, "", "abc", 60), (first.RunId, first.Round, first.DeclineReason, first.DataVersion, first.NumExamples));
        Assert.Equal(first, second);
    }

    [Fact]
    public Task Run_OfAnotherKind_IsDeclinedWithTheKindsThatAreHere() =>
        AssertDeclinedAsync(new RunFixture(10, kind: "mlp").Announcement(), new ScriptedTrainer(), "no trainer for model kind 'mlp' here; this client has: own");

    [Fact]
    public async Task Run_ThatTheParticipantHasNotNamed_IsDeclinedBeforeAnyTrainerIsAsked()
    {
        Service.State.Add(new RunFixture(10).Announcement());
        var asked = false;
        await using var worker = StartWorker(new ScriptedTrainer { Decline = _ => $"{asked = true}" }, o => o with { Policy = new() { Runs = ["other"] } });

        Assert.StartsWith("this participant's policy: it serves the runs other, not '", (await Service.Answers.NextAsync()).DeclineReason, StringComparison.Ordinal);
        Assert.False(asked);
    }

    [Fact]
    public Task Run_OfAnotherSchema_IsDeclinedWithBothDigests() =>
        AssertDeclinedAsync(
            new RunFixture(10).Announcement(r => r.DataSchemaDigest = Theirs),
            new ScriptedTrainer { DataSchemaDigest = Mine },
            $"the run asks for data of schema {Theirs}, this client's data has {Mine}");

    [Fact]
    public Task Run_WhoseManifestIsNotItsTensors_IsDeclined() =>
        AssertDeclinedAsync(new RunFixture(10).Announcement(r => r.Manifest.Hash = "00"), new ScriptedTrainer(), "the manifest announced (00) is not the one");

    [Fact]
    public Task Run_ThatTheTrainerRefuses_IsDeclinedWithItsReason() =>
        AssertDeclinedAsync(new RunFixture(10).Announcement(), new ScriptedTrainer { Decline = _ => "no examples" }, "no examples");

    [Fact]
    public Task Run_AtWhichTheTrainerThrows_IsDeclined() =>
        AssertDeclinedAsync(new RunFixture(10).Announcement(), new ScriptedTrainer { Decline = _ => throw new InvalidOperationException("broken") }, "the trainer failed when asked: broken");

    [Fact]
    public Task Run_WithAnUnreadableSpec_IsDeclined() =>
        AssertDeclinedAsync(new RunFixture(10).Announcement(r => r.SpecJson = "{"), new ScriptedTrainer(), "this client cannot read the run's spec");

    [Theory]
    [InlineData(100, 20, 50, 5, 50, 5)]
    [InlineData(100, 20, 500, 50, 100, 20)]
    [InlineData(0, 0, 7, 3, 7, 3)]
    [InlineData(100, 20, 0, 0, 100, 20)]
    public async Task LocalLimits_OverTheRuns_TheTighterHolds(long runSteps, double runSeconds, long mySteps, double mySeconds, long steps, double seconds)
    {
        RunContext? seen = null;
        Service.State.Add(new RunFixture(10, clientJson: $$"""{"maxSteps": {{runSteps}}, "maxSeconds": {{runSeconds}}}""").Announcement());
        var trainer = new ScriptedTrainer
        {
            Decline = run =>
            {
                seen = run;
                return null;
            },
        };
        await using var worker = StartWorker(trainer, o => o with { MaxSteps = mySteps, MaxSeconds = mySeconds });

        await Service.Answers.NextAsync();

        Assert.Equal((steps, seconds), (seen!.Settings.MaxSteps, seen.Settings.MaxSeconds));
        Assert.Equal((7L, "hospital-a", "own"), (seen.Seed, seen.ClientId, seen.Model.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task EvaluateOnly_RunWhoseTrainingThisTrainerCannotDo_IsAcceptedForEvaluationAlone()
    {
        RunContext? seen = null;
        var run = new RunFixture(10, clientJson: """{"personalLambda": 0.5}""");
        Service.State.Add(run.Announcement());
        var trainer = new ScriptedTrainer
        {
            TrainingExamples = 60,
            LabelCounts = [60],
            Decline = context =>
            {
                seen = context;
                return null;
            },
        };
        await using var worker = StartWorker(trainer, o => o with { EvaluateOnly = true, ReportLabelCounts = true });

        var answer = await Service.Answers.NextAsync();

        Assert.Equal(("", true, 0L), (answer.DeclineReason, answer.EvaluateOnly, answer.NumExamples));
        Assert.Empty(answer.LabelCounts);
        Assert.True(seen!.EvaluateOnly);
    }

    [Fact]
    public async Task EvaluateOnly_FitThatWasOpenBefore_IsGivenUpAndEvaluationsAreDone()
    {
        var run = new RunFixture(10);
        var version = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, version)]);
        var trainer = new ScriptedTrainer();
        await using var worker = StartWorker(trainer, o => o with { EvaluateOnly = true });
        Assert.Equal(0, (await Service.Answers.NextAsync()).Round);

        var givenUp = await Service.Answers.NextAsync();
        Service.Tell(run.Evaluate(1, version));
        var report = await Service.Reports.NextAsync();

        Assert.Equal((1, Stage.Fit, "this client only evaluates"), (givenUp.Round, givenUp.Stage, givenUp.DeclineReason));
        Assert.Equal((1, 10L), (report.Round, report.NumExamples));
        Assert.False(trainer.Fits.Reader.TryRead(out _));
    }

    private async Task AssertDeclinedAsync(WatchReply announcement, ScriptedTrainer trainer, string reason)
    {
        Service.State.Add(announcement);
        await using var worker = StartWorker(trainer);

        Assert.StartsWith(reason, (await Service.Answers.NextAsync()).DeclineReason, StringComparison.Ordinal);
    }
}
