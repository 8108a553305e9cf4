using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Rows;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Invariants;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>The database: the rows that are durable. It keeps unique keys, as SQLite does.</summary>
internal sealed class SimRows
{
    private readonly SortedDictionary<int, RoundRow> _rounds = [];
    private readonly List<UpdateRow> _updates = [];
    private readonly Dictionary<(int Round, string Client), EvaluationRow> _reports = [];
    private readonly List<StoredVersion> _versions = [];

    /// <summary>Whether (round, client) of updates and the numbers of rounds are keys.</summary>
    public bool UniqueKeys { get; set; } = true;

    public RunRow? Run { get; set; }

    public IReadOnlyDictionary<int, RoundRow> Rounds => _rounds;

    public IReadOnlyList<UpdateRow> Updates => _updates;

    public IReadOnlyList<StoredVersion> Versions => _versions;

    public void Add(StoredVersion version) => _versions.Add(version);

    public UpdateRow? FindUpdate(int round, string client) => _updates.Find(u => u.Round == round && u.ClientId == client);

    /// <summary>All or none: a key that is taken throws before anything is changed.</summary>
    public void Apply(string runId, IReadOnlyList<RunCommit> commits, long nowMs)
    {
        CheckKeys(commits);
        foreach (var commit in commits)
        {
            Apply(runId, commit, nowMs);
        }
    }

    public StoredRun Load() => RunStore.Rebuild(
        Run!,
        [.. _rounds.Values],
        _versions.Max(v => v.Number),
        round => _updates.Where(u => u.Round == round).DistinctBy(u => u.ClientId),
        round => _reports.Where(r => r.Key.Round == round).Select(r => r.Value));

    private void Apply(string runId, RunCommit commit, long nowMs)
    {
        switch (commit.Effect)
        {
            case RunEffect.OpenRound e:
                _rounds[e.Round.Number] = RunStore.NewRow(runId, e.Round, nowMs);
                break;
            case RunEffect.AcceptUpdate:
                _updates.Add(RunStore.ToRow(commit.Update!));
                break;
            case RunEffect.Aggregate e:
                _rounds[e.Round.Number].Status = "Aggregating";
                break;
            case RunEffect.Publish e:
                _versions.Add(commit.Version!);
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].Version) = ("Evaluating", e.Version);
                break;
            case RunEffect.OpenEvaluation e:
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].Evaluators) = ("Evaluating", string.Join(',', e.Round.Evaluators));
                break;
            case RunEffect.RecordEvaluation e:
                _reports.Add((e.Round, e.ClientId), RunStore.ToRow(runId, e));
                break;
            case RunEffect.CloseRound e:
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].EvalMetrics) = ("Published", MetricsJson.Write(e.Metrics));
                break;
            case RunEffect.VoidRound e:
                (_rounds[e.Round.Number].Status, _rounds[e.Round.Number].Reason) = ("Void", e.Reason);
                break;
            case RunEffect.PauseRun e:
                Run!.Reason = PauseText.Of(e.By, e.Reason);
                break;
            case RunEffect.ResumeRun:
                Run!.Reason = "";
                break;
            case RunEffect.EndRun e:
                (Run!.Outcome, Run.Reason) = (e.Outcome.ToString(), e.Reason);
                break;
            default:
                break;
        }
    }

    private void CheckKeys(IReadOnlyList<RunCommit> commits)
    {
        if (!UniqueKeys)
        {
            return;
        }

        var seen = new HashSet<object>();
        foreach (var commit in commits)
        {
            (object? key, var taken) = commit.Effect switch
            {
                RunEffect.OpenRound e => (e.Round.Number, _rounds.ContainsKey(e.Round.Number)),
                RunEffect.AcceptUpdate => ((commit.Update!.Round, commit.Update.ClientId), FindUpdate(commit.Update.Round, commit.Update.ClientId) is not null),
                RunEffect.RecordEvaluation e => ((e.Round, e.ClientId, "report"), _reports.ContainsKey((e.Round, e.ClientId))),
                RunEffect.Publish e => ((e.Version, "version"), _versions.Exists(v => v.Number == e.Version)),
                _ => ((object?)null, false),
            };
            if (key is not null && (taken || !seen.Add(key)))
            {
                throw new InvariantBrokenException("KeysAreUnique", $"the database would refuse {key}, and the process would end");
            }
        }
    }
}
