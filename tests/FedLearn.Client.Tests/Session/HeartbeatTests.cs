using System.Threading.Channels;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Client.Tests.Session;

public sealed class HeartbeatTests : SessionTestBase
{
    [Fact]
    public async Task Heartbeat_AtTheCoordinatorsInterval_SaysWhatTheClientDoes()
    {
        Service.HeartbeatSeconds = 12;
        var time = new TimersSeen();
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement()]);
        var trainer = new ScriptedTrainer { DuringFit = (_, stop) => Task.Delay(Timeout.Infinite, stop) };
        await using var worker = StartWorker(trainer, o => o with { Time = time });

        await time.SetForAsync(TimeSpan.FromSeconds(12));
        time.Advance(TimeSpan.FromSeconds(12));
        var idle = await Service.Heartbeats.NextAsync();
        await worker.Log.NextAsync(2002);
        Service.TellNow(run.Fit(4, basis));
        await trainer.Fits.NextAsync();
        await time.SetForAsync(TimeSpan.FromSeconds(12));
        time.Advance(TimeSpan.FromSeconds(12));
        var training = await Service.Heartbeats.NextAsync();

        Assert.Equal((Activity.Idle, "", 0), (idle.Activity, idle.RunId, idle.Round));
        Assert.Equal((Activity.Training, "run-1", 4), (training.Activity, training.RunId, training.Round));
    }

    [Fact]
    public async Task Fit_PastTheRoundsTime_IsGivenUp()
    {
        var time = new TimersSeen();
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis, secondsLeft: 90)]);
        var trainer = new ScriptedTrainer { DuringFit = (_, stop) => Task.Delay(Timeout.Infinite, stop) };
        await using var worker = StartWorker(trainer, o => o with { Time = time });
        await trainer.Fits.NextAsync();

        time.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal("round 1: training given up: the time of the round is up", (await worker.Log.NextAsync(2032)).Text);
    }

    /// <summary>A clock that the test moves, and that tells when somebody has begun to wait.</summary>
    private sealed class TimersSeen : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

        public async Task SetForAsync(TimeSpan due)
        {
            while (await _timers.NextAsync() != due)
            {
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _timers.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
