using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;
using FedLearn.Core.Optimizers;
using FedLearn.Core.Specs;

namespace FedLearn.Training.Simulation;

/// <summary>The server's side of a simulated run: the newest version, and what its optimizer keeps from version to version, in memory.</summary>
internal sealed class VirtualServer
{
    private readonly RunSpec _spec;
    private readonly IAggregationRule _rule;
    private readonly IServerOptimizer _optimizer;
    private readonly IAggregationRule? _control;
    private readonly double[] _aggregate;
    private readonly float[] _state;

    /// <summary>Draws version 0.</summary>
    public VirtualServer(RunSpec spec)
    {
        (_spec, _rule, _optimizer) = (spec, StrategyKinds.RuleOf(spec.Strategy), ServerOptimizers.Of(spec.Strategy));
        Parameters = new float[spec.Model.Manifest.ElementCount];
        new ModelInitializer(spec.Model.Manifest, spec.Seed).Fill(0, Parameters);
        _aggregate = new double[Parameters.Length];
        _control = StrategyKinds.ByName[spec.Strategy.Kind].ControlRule?.Invoke(spec.Strategy);
        Control = _control is null ? [] : new float[Parameters.Length];
        _state = new float[_optimizer.State.Length * Parameters.Length];
        foreach (var (i, vector) in _optimizer.State.Index())
        {
            _state.AsSpan(i * Parameters.Length, Parameters.Length).Fill(vector.Start);
        }
    }

    /// <summary>The newest version's parameters in manifest order.</summary>
    public float[] Parameters { get; }

    /// <summary>How far the updates of the newest version pulled apart; null of version 0, and where they are more than 10,000.</summary>
    public RoundDrift? Drift { get; private set; }

    /// <summary>The newest version's control variate; empty where the strategy has none.</summary>
    public float[] Control { get; }

    /// <summary>Aggregates a round's updates, which come in canonical order, and steps to the next version.</summary>
    public void Publish(int round, IReadOnlyList<VirtualUpdate> updates)
    {
        var facts = updates.Select(u => UpdateFacts.Of(_spec, round, u.Examples, u.Steps, u.Metrics, norm: 0)).ToList();
        var deltas = new MemoryUpdates([.. updates.Select(u => (ReadOnlyMemory<float>)u.Delta)], facts);
        Drift = updates.Count <= UpdatePieces.MostPlaces ? RoundDrift.Of(deltas) : null;
        deltas.Aggregate(_rule, _aggregate);
        _optimizer.Step(Parameters, _aggregate, _state, Parameters);
        if (_control is not null)
        {
            new MemoryUpdates([.. updates.Select(u => (ReadOnlyMemory<float>)u.ControlDelta)], facts).Aggregate(_control, _aggregate);
            ControlVariates.Step(Control, _aggregate);
        }
    }
}
