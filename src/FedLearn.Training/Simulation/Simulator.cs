using System.Collections.Immutable;
using FedLearn.Core.Models;
using FedLearn.Core.Rounds;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Simulation;

/// <summary>
/// Runs a federation of virtual clients in this process: the decisions of <see cref="RunMachine"/>, its selection, the aggregation rules, the
/// server step and the trainers are those of the real thing; only network, disk and clock are not. The same setup gives the same bits whatever the
/// number of threads.
/// </summary>
/// <remarks>
/// Memory: the data, one delta for each client of a cohort, with scaffold also a control and with personal models one of them for each client so far, and a few vectors for each thread. A client whose training diverges, or whose
/// update the bounds refuse, gives the round up; after <see cref="MostVoids"/> void rounds in a row the run has failed.
/// </remarks>
public sealed class Simulator
{
    /// <summary>So many void rounds in a row end a run.</summary>
    public const int MostVoids = 10;

    private readonly SimulationContext _context;
    private readonly CohortTraining _training;
    private readonly VirtualWire _wire;
    private readonly TestSetEvaluator _evaluator;
    private readonly Queue<RunEvent> _events = [];
    private readonly List<SimulatedRound> _rounds = [];
    private readonly VirtualServer _server;
    private IReadOnlyList<VirtualUpdate> _updates = [];
    private RunState _state;
    private TimeSpan _now;
    private string _reason = "";
    private CentralResult? _central;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="InvalidDataException">The model is no built-in one, or a client cannot serve it; the message says why.</exception>
    public Simulator(SimulationSetup setup)
    {
        _context = new(setup);
        _training = new(_context);
        _wire = new(_context);
        _evaluator = new(_context.Model, setup.Data.Test, _context.Threads);
        _server = new(setup.Spec);

        // One report, and it is the test set's.
        var every = _evaluator.HasExamples ? setup.Spec.Evaluation.EveryRounds : 0;
        var evaluation = setup.Spec.Evaluation with { EveryRounds = every, Fraction = 1e-9, MinReports = 1 };
        _state = new RunState { Spec = setup.Spec with { Evaluation = evaluation } };
    }

    /// <summary>Runs to the end; once.</summary>
    /// <param name="onRound">Told of each round once it is over; null = nobody.</param>
    /// <param name="cancellationToken">Ends the simulation within a step of training.</param>
    public SimulationResult Run(Action<SimulatedRound>? onRound = null, CancellationToken cancellationToken = default)
    {
        var examples = _context.Setup.Data.Clients.Where(c => _context.Setup.Spec.Cohort.Admits(c.Id)).ToImmutableSortedDictionary(c => c.Id, c => (long)c.Train.Count, StringComparer.Ordinal);
        _events.Enqueue(new RunEvent.EligibleChanged(examples.Keys.ToImmutableSortedSet(StringComparer.Ordinal), examples));
        while (_state.Phase != RunPhase.Over)
        {
            var told = _rounds.Count;
            Decide(_events.TryDequeue(out var next) ? next : Wait(), cancellationToken);
            foreach (var round in _rounds.Skip(told))
            {
                onRound?.Invoke(round);
            }
        }

        return new(_state.Outcome == RunOutcome.Completed, _reason, _rounds, _server.Parameters) { PersonalModels = _training.PersonalModels };
    }

    private void Decide(RunEvent happened, CancellationToken cancellationToken)
    {
        var decision = RunMachine.Decide(_state, happened, _now);
        _state = decision.State;
        foreach (var effect in decision.Effects)
        {
            CarryOut(effect, cancellationToken);
        }
    }

    /// <summary>Nobody has anything to say: time passes to the next deadline.</summary>
    private RunEvent.Tick Wait()
    {
        _now = RunMachine.NextDeadline(_state, _now) ?? throw new InvalidDataException(
            $"a round needs {Selection.Needed(_state.Spec)} clients (cohort.minimum, closing.minUpdates), but there are {_state.Eligible.Count}");
        return new RunEvent.Tick();
    }

    private void CarryOut(RunEffect effect, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case RunEffect.OpenRound e:
                Train(e.Round, cancellationToken);
                break;
            case RunEffect.Aggregate e:
                var counted = Counted(e.Round);
                _server.Publish(e.Round.Number, counted);
                _training.Published(counted);
                _wire.Published(counted);
                _events.Enqueue(new RunEvent.AggregateReady(e.Round.Number, e.NewVersion));
                break;
            case RunEffect.OpenEvaluation e:
                Evaluate(e.Round, cancellationToken);
                break;
            case RunEffect.CloseRound e:
                Close(e.Round, _state.Version, e.Metrics);
                break;
            case RunEffect.VoidRound e:
                Void(e.Round, e.Reason);
                break;
            case RunEffect.EndRun e:
                _reason = e.Outcome == RunOutcome.Stopped ? _reason : e.Reason;
                break;
        }
    }

    private void Train(RoundState round, CancellationToken cancellationToken)
    {
        _training.Reuse(_updates);
        var spec = _state.Spec;
        var able = _context.Setup.Stragglers.Plan(spec.Seed, round.Number, round.Cohort, spec.Client.Epochs);

        // With over-selection the first to arrive are counted; who that is, is drawn.
        var work = able.OrderBy(w => SeededRandom.For("simulation/arrival", spec.Seed, round.Number, w.ClientId).NextUInt64()).Take(round.Wanted).ToList();
        var sent = _training.Attack(round.Number, _training.Train(round.Number, _server, work, cancellationToken));
        _wire.Carry(round.Number, [.. sent.Where(u => u.Failure is null)]);
        _updates = _training.Check(sent);
        foreach (var update in _updates)
        {
            _events.Enqueue(update.Failure is null
                ? new RunEvent.UpdateSealed(update.ClientId, round.Number, round.BaseVersion, new($"{round.Number}/{update.ClientId}", update.Examples, update.Loss))
                : new RunEvent.StageDeclined(update.ClientId, round.Number, RunPhase.Fitting));
        }
    }

    private void Evaluate(RoundState round, CancellationToken cancellationToken)
    {
        _central = Evaluate(cancellationToken);
        var metrics = ImmutableSortedDictionary<string, double>.Empty.Add("loss", _central.Loss);
        if (_central is { Accuracy: { } accuracy, Confusion: { } confusion })
        {
            metrics = metrics.Add("accuracy", accuracy).AddRange(ClassMetrics.ResultsOf(confusion, _central.Area).Select(m => KeyValuePair.Create(m.Name, m.Value)));
        }

        metrics = metrics.AddRange(EvaluatePersonal(cancellationToken));
        foreach (var evaluator in round.Evaluators)
        {
            _events.Enqueue(new RunEvent.EvaluationReported(evaluator, round.Number, new(1, metrics)));
        }
    }

    /// <summary>The newest version on the test set; where tensors stay with clients, the mean over all clients, each with its own values.</summary>
    private CentralResult Evaluate(CancellationToken cancellationToken)
    {
        if (!_training.KeepsTensors)
        {
            return _evaluator.Run(_server.Parameters, cancellationToken);
        }

        return CentralResult.MeanOf([.. _context.Setup.Data.Clients.Select(c => _evaluator.Run(_training.OwnOf(c.Id, _server.Parameters), cancellationToken))]);
    }

    private IEnumerable<KeyValuePair<string, double>> EvaluatePersonal(CancellationToken cancellationToken)
    {
        var each = _training.PersonalModels.Values.Select(own => _evaluator.Run(own.Span, cancellationToken)).ToList();
        if (each.Count > 0)
        {
            yield return new(PersonalMetrics.Loss, each.Average(e => e.Loss));
        }

        if (each.Average(e => e.Accuracy) is { } accuracy)
        {
            yield return new(PersonalMetrics.Accuracy, accuracy);
        }
    }

    private void Void(RoundState round, string reason)
    {
        Close(round, version: null, ImmutableSortedDictionary<string, double>.Empty);
        if (_rounds.Count >= MostVoids && _rounds.TakeLast(MostVoids).All(r => r.Version is null))
        {
            var failure = _updates.FirstOrDefault(u => u.Failure is not null)?.Failure;
            _reason = $"{MostVoids} rounds in a row are void: {failure ?? reason}";
            _events.Enqueue(new RunEvent.StopRequested(_reason));
        }
    }

    private void Close(RoundState round, int? version, ImmutableSortedDictionary<string, double> metrics)
    {
        var counted = version is null ? [] : Counted(round);
        long examples = counted.Sum(u => u.Examples), steps = counted.Sum(u => u.Steps);
        var trainLoss = counted.Sum(u => u.Loss * ((double)u.Examples / examples));
        _rounds.Add(new(
            round.Number,
            version,
            counted.Count,
            examples,
            steps,
            counted.Count > 0 ? trainLoss : double.NaN,
            _state.Spec.Client.LearningRateAt(round.Number),
            Metric("loss"),
            Metric("accuracy"))
        {
            BytesIn = counted.Count * _wire.BytesOfUpdate,
            PersonalLoss = Metric(PersonalMetrics.Loss),
            PersonalAccuracy = Metric(PersonalMetrics.Accuracy),
            Drift = version is null ? null : _server.Drift,
            Central = metrics.ContainsKey("loss") ? _central : null,
        });

        double? Metric(string name) => metrics.TryGetValue(name, out var value) ? value : null;
    }

    private List<VirtualUpdate> Counted(RoundState round) => [.. _updates.Where(u => round.Updates.ContainsKey(u.ClientId))];
}
