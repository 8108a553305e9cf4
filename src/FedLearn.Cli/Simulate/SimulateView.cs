using FedLearn.Cli.Shell;
using FedLearn.Training.Simulation;
using Spectre.Console;

namespace FedLearn.Cli.Simulate;

/// <summary>How far a sweep is: a bar with the time left for each run on a terminal, some lines of text elsewhere.</summary>
internal sealed class SimulateView(TextWriter output, TimeProvider time)
{
    /// <summary>Lines of a quick run where nobody watches.</summary>
    private const int LinesOfARun = 10;

    /// <summary>A slow run has a line after each round that ends this long after the last line.</summary>
    private static readonly TimeSpan s_longSilence = TimeSpan.FromSeconds(10);

    private long _lastLine = time.GetTimestamp();

    /// <summary>Runs the work and shows what it reports.</summary>
    public T Show<T>(IReadOnlyList<PlannedRun> plan, Func<RoundTold, T> work)
    {
        if (!Terminal.Is(output))
        {
            return work(PrintLine);
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var bars = plan.ToDictionary(run => run, run => progress.AddTask(Markup.Escape(run.Label), autoStart: false, maxValue: run.Spec.Stop.Rounds));
                PlannedRun? current = null;
                var result = work((run, round) =>
                {
                    var bar = bars[run];
                    if (!ReferenceEquals(current, run))
                    {
                        End(current, bars);
                        current = run;
                        bar.StartTask();
                    }

                    bar.Description = Markup.Escape($"{run.Label}: {Line(round)}");
                    bar.Value = round.Round;
                });
                End(current, bars);
                return result;
            });
    }

    /// <summary>A run may end before its last round: its target is reached.</summary>
    private static void End(PlannedRun? run, Dictionary<PlannedRun, ProgressTask> bars)
    {
        if (run is not null)
        {
            bars[run].Value = bars[run].MaxValue;
            bars[run].StopTask();
        }
    }

    private static string Line(SimulatedRound round) =>
        $"round {round.Round}{(round.Version is null ? " void" : "")}{Part("accuracy", round.Accuracy)}{Part("loss", round.Loss)}";

    private static string Part(string name, double? value) => value is null ? "" : $" {name} {Shell.Show.Metric(value)}";

    private void PrintLine(PlannedRun run, SimulatedRound round)
    {
        var every = Math.Max(1, run.Spec.Stop.Rounds / LinesOfARun);
        if (round.Round % every == 0 || time.GetElapsedTime(_lastLine) >= s_longSilence)
        {
            _lastLine = time.GetTimestamp();
            output.WriteLine($"{run.Label}: {Line(round)} of {run.Spec.Stop.Rounds}");
        }
    }
}
