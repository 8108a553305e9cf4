using System.Diagnostics;

namespace FedLearn.Benchmarks.Update;

/// <summary>Compared things take turns, so that what else the machine does hits all of them; the first turns warm up and do not count.</summary>
internal static class Turns
{
    /// <summary>Turns until what is measured is what a server does all day, and not its first seconds, in which it is still being compiled.</summary>
    public const int WarmUp = 5;

    /// <summary>Runs each thing in turn, and returns for each the figures of the turns that count.</summary>
    /// <param name="turns">The turns that count.</param>
    /// <param name="things">Each returns its figure of one turn.</param>
    public static async Task<double[][]> TakeAsync(int turns, params Func<Task<double>>[] things)
    {
        var figures = things.Select(_ => new double[turns]).ToArray();
        for (var turn = -WarmUp; turn < turns; turn++)
        {
            for (var i = 0; i < things.Length; i++)
            {
                var figure = await things[i]();
                if (turn >= 0)
                {
                    figures[i][turn] = figure;
                }
            }
        }

        return figures;
    }

    /// <summary>The middle one; of an even number the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    /// <summary>The seconds that an action takes.</summary>
    public static async Task<double> SecondsAsync(Func<Task> action)
    {
        var start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
