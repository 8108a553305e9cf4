using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

public class CrewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Run_OfManySections_DoesEachPieceOnceBeforeItReturns(int threads)
    {
        var crew = new Crew(threads);
        for (var section = 0; section < 5000; section++)
        {
            var work = new Counter(section % 9);
            crew.Run(work, section % 9);
            Assert.All(work.Times, times => Assert.Equal(1, times));
        }
    }

    private sealed class Counter(int pieces) : IPieces
    {
        public int[] Times { get; } = new int[pieces];

        public void Do(int piece) => Times[piece]++;
    }
}
