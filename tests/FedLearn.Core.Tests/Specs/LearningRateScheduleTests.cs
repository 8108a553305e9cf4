using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Specs;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(LearningRateSchedule.Exponential, new[] { 0.8, 0.4, 0.2, 0.15, 0.15, 0.15 })]
    [InlineData(LearningRateSchedule.Step, new[] { 0.8, 0.8, 0.4, 0.4, 0.2, 0.2 })]
    public void LearningRateAt_ByDecay_FallsToTheFloor(LearningRateSchedule schedule, double[] rates)
    {
        var settings = new ClientSettings
        {
            LearningRate = 0.8,
            LearningRateDecay = 0.5,
            LearningRateSchedule = schedule,
            ScheduleRounds = 2,
            LearningRateFloor = 0.15,
        };

        Assert.Equal(rates, Enumerable.Range(1, 6).Select(settings.LearningRateAt));
    }

    [Fact]
    public void LearningRateAt_Cosine_IsHalfAWaveFromTheRateToTheFloor()
    {
        var settings = new ClientSettings
        {
            LearningRate = 0.9,
            LearningRateSchedule = LearningRateSchedule.Cosine,
            ScheduleRounds = 3,
            LearningRateFloor = 0.1,
        };

        // 0.1 + 0.8 * (1 + cos(k pi/3)) / 2, whose cosines are 1, 1/2, -1/2 and -1; then it stays.
        double[] rates = [0.9, 0.7, 0.3, 0.1, 0.1];
        Assert.All(rates.Index(), rate => Assert.Equal(rate.Item, settings.LearningRateAt(rate.Index + 1), 1e-15));
    }
}
