using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Tests.Session;
using OwnModel;

namespace FedLearn.Client.Tests.Samples;

public sealed class OwnModelTests : SessionTestBase
{
    [Fact]
    public async Task MeanTrainer_InASession_MovesHalfWayToTheMean()
    {
        var run = new RunFixture(1, kind: "mean", clientJson: """{"epochs": 1, "learningRate": 0.5}""");
        var basis = Service.Models.Publish(run.Id, 0, [1f], run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis), run.Evaluate(1, basis)]);
        await using var worker = StartWorker(new MeanTrainer([4, 6]));

        var update = await Service.Uploads.Accepted.NextAsync();
        var report = await Service.Reports.NextAsync();

        Assert.Equal(2f, BitConverter.ToSingle(update.Bytes));
        Assert.Equal(2, update.Header.NumExamples);
        Assert.Equal(((9.0 + 25.0) / 2) / 2, report.Metrics["loss"], 12);
    }
}
