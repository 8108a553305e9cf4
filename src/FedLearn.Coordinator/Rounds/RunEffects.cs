using System.Collections.Immutable;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Rounds;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Carries out what a run decided: what to make durable, and what to do once it is.</summary>
internal sealed class RunEffects(OpenRun run, RunServices services, Action<RunMessage> post) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _aggregation = Task.CompletedTask;
    private Task _dropping = Task.CompletedTask;
    private AcceptedUpdates _updates = run.Updates;
    private TimeSpan _stageStarted;
    private string? _waitingFor;
    private ImmutableSortedDictionary<string, DataReport> _loggedReports = run.Reports;

    /// <summary>An aggregation that the last process did not finish starts anew: the same updates give the same bits.</summary>
    public void ResumeAfterRestart()
    {
        _stageStarted = services.Now;
        run.Trace = run.State.Round is { } open ? RoundTrace.Start(run.Id, run.Spec.Name, open) : RoundTrace.None;
        if (run.State is { Phase: RunPhase.Aggregating, Round: { } round })
        {
            StartAggregation(round, run.State.Version + 1);
        }

        services.Log.RunOpen(run.Spec.Name, run.Id, run.State.Phase.ToString(), run.State.LastRound, run.State.Version);
    }

    /// <summary>The effects that change what is on disk, with their facts.</summary>
    public IReadOnlyList<RunCommit> ToCommits(IReadOnlyList<CausedEffect> effects)
    {
        var commits = new List<RunCommit>(effects.Count);
        foreach (var (effect, cause) in effects)
        {
            switch (effect)
            {
                case RunEffect.AcceptUpdate:
                    commits.Add(new RunCommit(effect, Update: cause.Update));
                    break;
                case RunEffect.Publish:
                    commits.Add(new RunCommit(effect, Version: cause.Version, Figures: run.Meter.Snapshot()));
                    break;
                case RunEffect.OpenRound or RunEffect.RecordEvaluation or RunEffect.NoteRefusal or RunEffect.PauseRun or RunEffect.ResumeRun or RunEffect.EndRun:
                    commits.Add(new RunCommit(effect));
                    break;
                case RunEffect.RefuseUpdate e when run.Refusals.Count(e.Round, e.ClientId):
                    commits.Add(new RunCommit(effect));
                    break;
                case RunEffect.Aggregate e:
                    run.Meter.FitSeconds = SecondsOfStage();
                    run.Meter.DeclinedFit = e.Round.Declined.Count;
                    commits.Add(new RunCommit(effect, Figures: run.Meter.Snapshot()));
                    break;
                case RunEffect.OpenEvaluation or RunEffect.CloseRound or RunEffect.VoidRound:
                    run.Meter.EvaluateSeconds = effect is RunEffect.CloseRound { Round.Evaluators.Count: > 0 } ? SecondsOfStage() : 0;
                    commits.Add(new RunCommit(effect, Figures: run.Meter.Snapshot()));
                    break;
                default:
                    break;
            }
        }

        services.SignReceipts([.. commits.Select(c => c.Update).OfType<SealedUpdate>()]);
        return commits;
    }

    /// <summary>Records the updates that are durable now, for receipts: before anybody sees the state that follows from them.</summary>
    public void RecordUpdates(IReadOnlyList<CausedEffect> effects) => run.Updates = effects.Aggregate(_updates, After);

    /// <summary>What follows once everything is durable: replies, assignments, aggregation, log.</summary>
    public void CarryOut(IReadOnlyList<CausedEffect> effects, TimeSpan now)
    {
        foreach (var caused in effects)
        {
            _updates = After(_updates, caused);
            CarryOut(caused.Effect, caused.Cause, now);
        }

        LogWaiting();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _aggregation.ConfigureAwait(false);
        await _dropping.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static AcceptedUpdates After(AcceptedUpdates updates, CausedEffect caused) => caused.Effect switch
    {
        RunEffect.OpenRound e => AcceptedUpdates.None(e.Round.Number),
        RunEffect.AcceptUpdate => updates.With(caused.Cause.Update!),
        _ => updates,
    };

    private void CarryOut(RunEffect effect, RunMessage.Happened cause, TimeSpan now)
    {
        switch (effect)
        {
            case RunEffect.OpenRound e:
                run.Meter = new RoundMeter(run.Metrics);
                run.Trace = RoundTrace.Start(run.Id, run.Spec.Name, e.Round);
                run.Progress = new RoundProgress(e.Round.Number, e.Round.Cohort, services.Time);
                _stageStarted = now;
                LogSkew();
                run.Metrics?.RoundOpened(e.Round.Cohort.Count);
                services.Log.RoundOpened(run.Spec.Name, e.Round.Number, e.Round.Cohort.Count, e.Round.BaseVersion);
                Tell(e.Round.Cohort, Assignments.Fit(run, e.Round, now));
                break;
            case RunEffect.AcceptUpdate e:
                cause.Reply?.TrySetResult(new RunReply.Accepted(cause.Update!));
                run.Metrics?.UpdateAccepted();
                services.Log.UpdateAccepted(run.Spec.Name, e.Round, e.ClientId, e.Update.NumExamples, cause.Update!.Norm, e.Update.Loss);
                break;
            case RunEffect.RepeatReceipt e:
                cause.Reply?.TrySetResult(new RunReply.Accepted(_updates.ByClient[e.ClientId]));
                break;
            case RunEffect.RefuseUpdate e:
                Refuse(e, cause);
                break;
            case RunEffect.Aggregate e:
                run.Notes.Transferred(e.Round.Number, run.Progress.MeanTransferSeconds(e.Round.Updates.Keys));
                Tell(e.Round.Cohort.Except(e.Round.Updates.Keys), Assignments.Over(run.Id, e.Round, Stage.Fit));
                StartAggregation(e.Round, e.NewVersion);
                break;
            case RunEffect.Publish:
                run.Newest = cause.Version!;
                break;
            case RunEffect.OpenEvaluation e:
                _stageStarted = now;
                Tell(e.Round.Evaluators, Assignments.Evaluate(run, e.Round, now));
                break;
            case RunEffect.IgnoreEvaluation e:
                cause.Reply?.TrySetResult(e.Repeated ? RunReply.Done.Instance : RunReply.NotExpected.Instance);
                break;
            case RunEffect.CloseRound e:
                Tell(e.Round.Evaluators.Except(e.Round.Reports.Keys), Assignments.Over(run.Id, e.Round, Stage.Evaluate));
                run.Metrics?.RoundDone(e, run.Meter.Snapshot());
                services.Log.RoundDone(run, e);
                run.Trace.End(run.State.Version);
                DropUpdates(e.Round.Number, SealedOf(e.Round), run.State.Best?.Version);
                break;
            case RunEffect.VoidRound e:
                Tell(e.Round.Cohort, Assignments.Over(run.Id, e.Round, Stage.Fit));
                run.Metrics?.RoundVoid();
                run.Trace.End(version: null, e.Reason);
                services.Log.RoundVoid(run.Spec.Name, e.Round.Number, e.Reason);
                DropUpdates(e.Round.Number, [], run.State.Best?.Version);
                break;
            case RunEffect.PauseRun e:
                services.Log.RunPaused(run.Spec.Name, PauseText.Of(e.By, e.Reason));
                break;
            case RunEffect.ResumeRun e:
                services.Log.RunResumed(run.Spec.Name, e.By);
                break;
            case RunEffect.EndRun e:
                services.Hub.SendAll(new WatchReply { RunOver = new RunOver { RunId = run.Id, Reason = e.Reason } }, run.Spec.Cohort.Admits);
                services.Log.RunEnded(run.Spec.Name, e.Outcome.ToString(), e.Reason, run.State.Version);
                run.Feed.Close();
                break;
            default:
                break;
        }
    }

    private void Refuse(RunEffect.RefuseUpdate e, RunMessage.Happened cause)
    {
        if (e.Late)
        {
            run.Meter.AddLate();
        }
        else
        {
            run.Meter.AddRefused();
        }

        cause.Reply?.TrySetResult(new RunReply.Refused(e.Reason));
        run.Notes.Refused(e.Round, e.ClientId, e.Reason.ToString());
        services.Log.UpdateRefused(run.Spec.Name, e.Round, e.ClientId, e.Reason.ToString());
    }

    private void StartAggregation(RoundState round, int newVersion)
    {
        var sealedUpdates = SealedOf(round);
        var baseVersion = run.Newest;
        _aggregation = services.InBackground(() => Aggregate(round, newVersion, baseVersion, sealedUpdates));
    }

    private void Aggregate(RoundState round, int newVersion, StoredVersion baseVersion, List<SealedUpdate> sealedUpdates)
    {
        var started = services.Now;
        using var span = run.Trace.Stage("aggregate");
        try
        {
            var version = services.Versions.Aggregate(run.Id, run.Spec, baseVersion, round.Number, sealedUpdates, _stopping.Token);
            run.Meter.AggregateSeconds = (services.Now - started).TotalSeconds;
            version = services.Attest(version, baseVersion, run.Announcement.SpecJson, sealedUpdates);
            post(new RunMessage.Happened(new RunEvent.AggregateReady(round.Number, newVersion), Version: version));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next start does it again.
        }
        catch (Exception e) when (e is StoredDataException || DiskErrors.IsFull(e))
        {
            services.Log.AggregationFailed(run.Spec.Name, round.Number, e.Message);
            post(new RunMessage.Happened(new RunEvent.AggregationFailed(round.Number, $"its aggregate could not be computed: {e.Message}")));
        }
        catch (Exception e)
        {
            services.Fatal($"run {run.Id}: the outcome of writing version {newVersion} is unknown, so this process ends; the next start computes it again", e);
        }
    }

    private List<SealedUpdate> SealedOf(RoundState round) => [.. round.Updates.Keys.Select(id => _updates.ByClient[id])];

    /// <summary>
    /// Nobody waits for it: deleting a round's large files takes as long as its aggregation. What a kill leaves, the next start deletes. The
    /// updates that made a version are read once more before, for their drift.
    /// </summary>
    private void DropUpdates(int round, List<SealedUpdate> published, int? best) => _dropping = Task.WhenAll(_dropping, services.InBackground(() =>
    {
        try
        {
            MeasureDrift(round, published);
            services.Versions.DropUpdates(run.Id, round, best);
        }
        catch (Exception e)
        {
            services.Fatal($"run {run.Id}: the outcome of deleting round {round}'s updates is unknown, so this process ends; the next start deletes them", e);
        }
    }));

    private void MeasureDrift(int round, List<SealedUpdate> updates)
    {
        try
        {
            if (services.Versions.MeasureDrift(run.Spec, round, updates, _stopping.Token) is { } drift)
            {
                run.Metrics?.Drift(drift);
                run.Notes.Drift = new(round, drift, drift.Clients.Zip(updates).ToImmutableSortedDictionary(c => c.Second.ClientId, c => c.First, StringComparer.Ordinal));
                run.Feed.Changed();
                services.Log.Drift(run.Spec.Name, round, drift, updates);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process stops; the round itself is done.
        }
        catch (StoredDataException e)
        {
            services.Log.DriftUnknown(run.Spec.Name, round, e.Message);
        }
    }

    private void Tell(IEnumerable<string> clients, WatchReply message)
    {
        foreach (var client in clients)
        {
            services.Hub.Send(client, message);
        }
    }

    /// <summary>Says how unlike the clients' data are, before the first round after it has become known or changed.</summary>
    private void LogSkew()
    {
        if (!ReferenceEquals(_loggedReports, run.Reports) && FederationSkew.Of(run.Reports.Values) is { } skew)
        {
            run.Metrics?.Skew(skew);
            services.Log.Skew(run.Spec.Name, skew);
        }

        _loggedReports = run.Reports;
    }

    private void LogWaiting()
    {
        var state = run.State;
        var waitingFor = state is { Phase: RunPhase.Waiting, Paused: null } && state.Eligible.Count < Selection.Needed(state.Spec)
            ? $"{Selection.Needed(state.Spec)} clients to be online; {state.Eligible.Count} are"
            : null;
        if (waitingFor is not null && waitingFor != _waitingFor)
        {
            services.Log.RunWaits(run.Spec.Name, waitingFor);
        }

        _waitingFor = waitingFor;
    }

    private double SecondsOfStage() => (services.Now - _stageStarted).TotalSeconds;
}
