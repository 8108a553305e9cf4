using FedLearn.Cli.Plots;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FedLearn.Cli.Runs;

/// <summary>The rounds as they come: a live table with a curve on a terminal, a line a round elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="title">What is shown, before the run's state.</param>
internal sealed class RunView(TextWriter output, string title)
{
    private const int ShownRounds = 10;

    private readonly GetRunReply _run = new() { Run = new Run { Name = title } };
    private readonly SortedDictionary<int, Round> _rounds = [];
    private string _state = "starting";

    /// <summary>Runs the work and shows what it reports.</summary>
    public async Task<T> ShowAsync<T>(Func<Action<WatchRunReply>, Task<T>> work)
    {
        if (!Terminal.Is(output))
        {
            return await work(PrintLine);
        }

        return await AnsiConsole.Live(Picture()).AutoClear(false).StartAsync(live => work(reply =>
        {
            Note(reply);
            live.UpdateTarget(Picture());
        }));
    }

    private void Note(WatchRunReply reply)
    {
        if (reply.Run is { } run)
        {
            _state = run.Status == RunStatus.Open && run.Reason.Length == 0 ? $"round {run.Round}" : $"{RunText.Status(run.Status)}; {run.Reason}";
        }
        else if (reply.Round is { } round)
        {
            _rounds[round.Number] = round;
            _run.Rounds.Clear();
            _run.Rounds.AddRange(_rounds.Values);
        }
    }

    private void PrintLine(WatchRunReply reply)
    {
        Note(reply);
        // A published round comes once before its evaluation and once after it.
        if (reply.Round is { Status: RoundStatus.Published or RoundStatus.Void } round)
        {
            output.WriteLine(RunText.Line(round));
        }
    }

    private Rows Picture()
    {
        var table = RunText.Table(_rounds.Values.TakeLast(ShownRounds)).Ruled();
        List<IRenderable> parts = [new Text($"{title}: {_state}"), table];
        if (RunCurves.Of([_run]) is [var curve, ..])
        {
            parts.Add(new Text(string.Join('\n', TextPlot.Lines(curve)), new Style(Color.Green)));
        }

        return new Rows(parts);
    }
}
