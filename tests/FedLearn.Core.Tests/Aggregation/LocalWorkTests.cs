using CsCheck;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Aggregation;

public class LocalWorkTests
{
    private const double Rate = 0.25;

    private static readonly Gen<ClientSettings> Settings = Gen.OneOf(
        Gen.Const(new ClientSettings { LearningRate = Rate }),
        Gen.Double[0.01, 0.99].Select(m => new ClientSettings { LearningRate = Rate, Momentum = m }),
        Gen.Double[0.01, 4].Select(mu => new ClientSettings { LearningRate = Rate, ProximalMu = mu }));

    [Fact]
    public void Of_PlainSteps_IsTheirNumber() => Assert.Equal(17, LocalWork.Of(new ClientSettings(), 1, 17));

    [Fact]
    public void Of_ByHand()
    {
        // Momentum 1/2: the three gradients move w by 1.75, 1.5 and 1 times the rate.
        Assert.Equal(4.25, LocalWork.Of(new ClientSettings { Momentum = 0.5 }, 1, 3), 1e-14);

        // 1 - 0.25 * 2 = 1/2 of the way is left after each step: 0.25, 0.5, 1.
        Assert.Equal(1.75, LocalWork.Of(new ClientSettings { LearningRate = 0.25, ProximalMu = 2 }, 1, 3), 1e-14);
    }

    [Fact]
    public void Of_TheRoundsOwnRate_Counts() =>
        Assert.Equal(
            LocalWork.Of(new ClientSettings { LearningRate = 0.25, ProximalMu = 2 }, 1, 9),
            LocalWork.Of(new ClientSettings { LearningRate = 1, LearningRateDecay = 0.5, ProximalMu = 2 }, 3, 9),
            1e-14);

    [Fact]
    public void Of_AnySettings_IsTheWayOfSgdWithAConstantGradient() =>
        Gen.Select(Settings, Gen.Int[1, 60]).Sample((settings, steps) =>
        {
            var (w, v) = (0.0, 0.0);
            for (var step = 0; step < steps; step++)
            {
                v = (settings.Momentum * v) + 1 + (settings.ProximalMu * w);
                w -= Rate * v;
            }

            var way = -w / Rate;
            Assert.Equal(way, LocalWork.Of(settings, 1, steps), 1e-12 * way);
        });

    [Fact]
    public void Of_ManySteps_StaysFinite() =>
        Settings.Sample(settings => Assert.True(double.IsFinite(LocalWork.Of(settings, 1, 1_000_000_000_000))));
}
