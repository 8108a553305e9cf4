using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Transport;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>Reads what the coordinator asks of this client, answers for the runs, and keeps the board.</summary>
internal sealed class WatchStream(
    RunBook runs, WorkBoard board, ModelCache models, IPendingUpdateStore pending, IReadOnlyList<CarriedVectors> carried, OwnExport own, WorkerOptions options, Caller caller)
{
    // The longest time that a timer takes is 49 days; no round is that long.
    private const double MaxSeconds = 3_600 * 24 * 30;

    /// <summary>Whether the coordinator has said that it is about to stop.</summary>
    public bool Draining { get; private set; }

    /// <param name="synced">Called when the full current state has been read.</param>
    /// <param name="changed">Called after every message.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>When the coordinator ends the stream.</returns>
    public async Task RunAsync(Action synced, Action changed, CancellationToken cancellationToken)
    {
        Draining = false;
        runs.BeginState();
        board.BeginState();
        using var call = caller.Link.Api.Watch(new WatchRequest(), caller.Link.StreamCall(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            await TakeAsync(call.ResponseStream.Current, synced, cancellationToken).ConfigureAwait(false);
            changed();
        }
    }

    private async Task TakeAsync(WatchReply message, Action synced, CancellationToken cancellationToken)
    {
        switch (message.EventCase)
        {
            case WatchReply.EventOneofCase.Run:
                await AnswerAsync(message.Run, cancellationToken).ConfigureAwait(false);
                break;
            case WatchReply.EventOneofCase.Fit:
                Add(new WorkKey(message.Fit.RunId, message.Fit.Round, Stage.Fit), message.Fit, message.Fit.SecondsLeft);
                break;
            case WatchReply.EventOneofCase.Evaluate:
                Add(new WorkKey(message.Evaluate.RunId, message.Evaluate.Round, Stage.Evaluate), message.Evaluate, message.Evaluate.SecondsLeft);
                break;
            case WatchReply.EventOneofCase.StageOver:
                var over = new WorkKey(message.StageOver.RunId, message.StageOver.Round, message.StageOver.Stage);
                board.GiveUp(i => i.Key == over, "the coordinator closed it");
                break;
            case WatchReply.EventOneofCase.RunOver:
                await EndRunAsync(message.RunOver.RunId, message.RunOver.Reason, cancellationToken).ConfigureAwait(false);
                break;
            case WatchReply.EventOneofCase.Synced:
                await TakeSyncedAsync(cancellationToken).ConfigureAwait(false);
                synced();
                break;
            case WatchReply.EventOneofCase.Draining:
                Draining = true;
                ClientLog.Draining(caller.Logger);
                break;
        }
    }

    private void Add(WorkKey key, object assignment, double secondsLeft) =>
        board.Add(new WorkItem(key, assignment, TimeSpan.FromSeconds(Math.Clamp(double.IsNaN(secondsLeft) ? 0 : secondsLeft, 0, MaxSeconds)), caller.Time));

    private async Task AnswerAsync(RunAnnouncement run, CancellationToken cancellationToken)
    {
        var answer = new AnswerRunRequest { RunId = run.RunId, DataVersion = options.DataVersion ?? "" };
        switch (runs.Announce(run))
        {
            case RunAnswer.Accepted accepted:
                answer.EvaluateOnly = options.EvaluateOnly;
                answer.NumExamples = accepted.NumExamples;
                answer.LabelCounts.AddRange(accepted.LabelCounts);
                break;
            case RunAnswer.Declined { Reason: var reason }:
                answer.DeclineReason = reason.Length > LocalWork.MaxReason ? reason[..LocalWork.MaxReason] : reason;
                break;
        }

        try
        {
            await caller.Link.Api.AnswerRunAsync(answer, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false);
        }
        catch (RpcException refusal) when (!CallFault.IsTransient(refusal.StatusCode))
        {
            // Such as a run that ended meanwhile. A transient fault ends this connection instead, and the next one answers again.
            ClientLog.AnswerRefused(caller.Logger, run.RunId, CallFault.Describe(refusal, caller.Link.Address));
        }
    }

    private async Task EndRunAsync(string runId, string reason, CancellationToken cancellationToken)
    {
        ClientLog.RunOver(caller.Logger, runId, reason);
        board.GiveUp(i => i.Key.RunId == runId, "the run is over");
        await own.WriteAsync(runId, runs.FindAccepted(runId), cancellationToken).ConfigureAwait(false);
        runs.Remove(runId);
        models.Forget(runId);
        foreach (var vectors in carried)
        {
            vectors.Forget(runId);
        }
    }

    private async Task TakeSyncedAsync(CancellationToken cancellationToken)
    {
        await own.WriteLeftAsync(runs.Open, cancellationToken).ConfigureAwait(false);
        foreach (var runId in runs.EndOfState())
        {
            await EndRunAsync(runId, "the coordinator does not name it any more", cancellationToken).ConfigureAwait(false);
        }

        foreach (var vectors in carried)
        {
            // Only now are all open runs known.
            vectors.KeepOnly(runs.Open);
        }

        board.EndOfState();
        foreach (var key in pending.List())
        {
            // What is in hand already stays as it is.
            if (board.Add(new WorkItem(new WorkKey(key.RunId, key.Round, Stage.Fit), null, Timeout.InfiniteTimeSpan, caller.Time)))
            {
                ClientLog.PendingFound(caller.Logger, key);
            }
        }
    }
}
