using FedLearn.Cli.Operator;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Elsewhere;

/// <summary>Brings a sink every round of a run that is over, once and in order, those of before too.</summary>
/// <param name="connection">The coordinator, to be asked for the run as it is.</param>
/// <param name="runId">The run.</param>
/// <param name="sink">The sink.</param>
internal sealed class RunFeed(OperatorConnection connection, string runId, IMetricSink sink)
{
    private readonly SortedDictionary<int, Round> _waiting = [];
    private int _sent = -1;

    /// <summary>Takes what a watched run says.</summary>
    public async Task TakeAsync(WatchRunReply reply, CancellationToken cancellationToken)
    {
        if (reply.Round is { } round && _sent >= 0)
        {
            _waiting[round.Number] = round;
            // A published round may come again with its evaluation: it is over once the next one is there.
            await SendAsync(below: round.Number, cancellationToken);
            return;
        }

        if (_sent < 0 || reply.Run.Status != RunStatus.Open)
        {
            // The stream brings changes alone, and may leave some out where they come fast.
            var whole = await connection.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
            await TakeAsync(whole, cancellationToken);
        }
    }

    /// <summary>Takes a run as it is.</summary>
    public async Task TakeAsync(GetRunReply run, CancellationToken cancellationToken)
    {
        if (_sent < 0)
        {
            _sent = await sink.BeginAsync(run.Run, cancellationToken);
        }

        foreach (var round in run.Rounds.Where(r => r.Number > _sent))
        {
            _waiting[round.Number] = round;
        }

        if (run.Run.Status == RunStatus.Open)
        {
            await SendAsync(below: run.Run.Round, cancellationToken);
            return;
        }

        await SendAsync(below: int.MaxValue, cancellationToken);
        await sink.EndAsync(run.Run, cancellationToken);
    }

    private async Task SendAsync(int below, CancellationToken cancellationToken)
    {
        foreach (var round in _waiting.Values.Where(r => r.Number < below && r.Number > _sent).ToList())
        {
            if (round.Status is RoundStatus.Published)
            {
                await sink.TakeAsync(round.Number, Metric.Of(round), cancellationToken);
            }

            _sent = round.Number;
            _waiting.Remove(round.Number);
        }
    }
}
