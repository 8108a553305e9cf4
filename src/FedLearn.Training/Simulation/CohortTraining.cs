using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using FedLearn.Client.Training;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Simulation;

/// <summary>A virtual client's update.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Delta">What it trained, less the base version; valid until <see cref="CohortTraining.Reuse"/>.</param>
/// <param name="Examples">The size of its training set.</param>
/// <param name="Steps">The optimizer steps it did.</param>
/// <param name="Metrics">What it reports; <c>loss</c> is its mean training loss.</param>
/// <param name="Failure">Why it does not count, or null where it does.</param>
internal sealed record VirtualUpdate(string ClientId, float[] Delta, long Examples, long Steps, IReadOnlyDictionary<string, double> Metrics, string? Failure)
{
    public double Loss => Metrics["loss"];

    /// <summary>Its control delta, where the strategy has control variates; valid as long as <see cref="Delta"/>.</summary>
    public float[] ControlDelta { get; init; } = [];

    /// <summary>Its own values of the tensors that stay with it, where any do.</summary>
    public float[] Local { get; init; } = [];

    /// <summary>Its personal model, where the run has such.</summary>
    public float[] Personal { get; init; } = [];
}

/// <summary>
/// Trains the clients of a round, several at once and each on one thread. Workspaces and deltas are kept from round to round. An update is a
/// function of (seed, round, client, base version) alone, so neither the number of threads nor their order changes a bit.
/// </summary>
internal sealed class CohortTraining
{
    private static readonly Progress<FitProgress> s_nobody = new();

    private readonly SimulationContext _context;
    private readonly Dictionary<string, (LocalTrainer Trainer, int Examples)> _clients;
    private readonly ImmutableHashSet<string> _hostile;
    private readonly ConcurrentDictionary<string, float[]> _controls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, float[]> _local = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, float[]> _personal = new(StringComparer.Ordinal);
    private readonly LocalTensors _tensors;
    private readonly ConcurrentBag<SgdWorkspace> _workspaces = [];
    private readonly ConcurrentBag<float[]> _deltas = [];

    /// <exception cref="InvalidDataException">A client cannot serve the run; the message says why.</exception>
    public CohortTraining(SimulationContext context)
    {
        (_context, _tensors) = (context, LocalTensors.Of(context.Spec.Client.LocalTensors, context.Spec.Model.Manifest));
        var data = context.Setup.Data;
        _hostile = context.Setup.Adversary.Among(data.Clients.Select(c => c.Id), context.Spec.Seed);
        _clients = data.Clients.ToDictionary(
            c => c.Id,
            c => (new LocalTrainer(context.Model.Kind, new(data.Schema, c.Train, data.Test), StoppedClock.Instance, threads: 1), c.Train.Count),
            StringComparer.Ordinal);
        foreach (var (id, (trainer, _)) in _clients)
        {
            if (trainer.DeclineReason(context.RunOf(id, context.Spec.Client)) is { } reason)
            {
                throw new InvalidDataException($"{id}: {reason}");
            }
        }
    }

    /// <summary>Trains from a base version; the updates come in canonical order.</summary>
    public IReadOnlyList<VirtualUpdate> Train(int round, VirtualServer server, IReadOnlyCollection<(string ClientId, int Epochs)> work, CancellationToken cancellationToken)
    {
        // The longest first, so that no thread ends long after the others.
        var order = work.OrderByDescending(w => (long)_clients[w.ClientId].Examples * w.Epochs);
        var updates = new ConcurrentBag<VirtualUpdate>();
        Parallel.ForEach(
            Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = _context.Threads, CancellationToken = cancellationToken },
            client => updates.Add(Train(round, server, client.ClientId, client.Epochs, cancellationToken)));
        return [.. updates.OrderBy(u => u.ClientId, StringComparer.Ordinal)];
    }

    /// <summary>Takes the buffers of updates back that nobody needs any more.</summary>
    public void Reuse(IEnumerable<VirtualUpdate> updates)
    {
        foreach (var update in updates.Where(u => u.Delta.Length > 0))
        {
            _deltas.Add(update.Delta);
            if (update.ControlDelta.Length > 0)
            {
                _deltas.Add(update.ControlDelta);
            }
        }
    }

    /// <summary>The round of these updates is published: their clients go on with what they kept for that case.</summary>
    public void Published(IEnumerable<VirtualUpdate> counted)
    {
        foreach (var update in counted.Where(u => u.ControlDelta.Length > 0))
        {
            var own = _controls.GetOrAdd(update.ClientId, _ => new float[update.ControlDelta.Length]);
            TensorPrimitives.Add(own, update.ControlDelta, own);
        }

        foreach (var update in counted.Where(u => u.Local.Length > 0))
        {
            _local[update.ClientId] = update.Local;
        }

        foreach (var update in counted.Where(u => u.Personal.Length > 0))
        {
            _personal[update.ClientId] = update.Personal;
        }
    }

    /// <summary>Whether clients have values of their own.</summary>
    public bool KeepsTensors => _tensors.Any;

    /// <summary>The personal models of the clients that have one by now.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<float>> PersonalModels =>
        _personal.ToImmutableSortedDictionary(p => p.Key, p => new ReadOnlyMemory<float>(p.Value), StringComparer.Ordinal);

    /// <summary>A version's parameters as a client has them: with its own values of the tensors that stay with it.</summary>
    public float[] OwnOf(string clientId, float[] parameters) => _local.TryGetValue(clientId, out var own) ? _tensors.With(parameters, own) : parameters;

    private VirtualUpdate Train(int round, VirtualServer server, string clientId, int epochs, CancellationToken cancellationToken)
    {
        var workspace = _workspaces.TryTake(out var used) ? used : new SgdWorkspace(_context.Model, threads: 1);
        var (trainer, examples) = _clients[clientId];
        var parameters = server.Parameters;
        var control = server.Control.Length > 0 ? Correction(server.Control, clientId) : [];
        var run = _context.RunOf(clientId, _context.Spec.Client with { Epochs = epochs });
        var context = new FitContext(run, round, OwnOf(clientId, parameters), s_nobody) { Correction = control };
        try
        {
            var (steps, metrics) = trainer.TrainIn(workspace, context, cancellationToken);
            var local = _tensors.Pack(workspace.Parameters.Span);
            _tensors.Copy(parameters, workspace.Parameters.Span);
            var delta = Buffer(parameters.Length);
            TensorPrimitives.Subtract(workspace.Parameters.Span, parameters, delta);
            if (control.Length > 0)
            {
                ControlVariates.Delta(parameters, workspace.Parameters.Span, server.Control, steps, run.Settings.LearningRateAt(round), control);
            }

            var personal = TrainPersonal(workspace, trainer, context, cancellationToken);
            var update = new VirtualUpdate(clientId, delta, examples, steps, metrics, null) { ControlDelta = control, Local = local, Personal = personal };
            return update with { Failure = WhyRefused(update) };
        }
        catch (InvalidOperationException e)
        {
            return new(clientId, [], examples, 0, ImmutableDictionary<string, double>.Empty, e.Message);
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    private float[] TrainPersonal(SgdWorkspace workspace, LocalTrainer trainer, FitContext context, CancellationToken cancellationToken)
    {
        if (context.Run.Settings.PersonalLambda == 0)
        {
            return [];
        }

        trainer.TrainIn(workspace, context.ForPersonal(_personal.GetValueOrDefault(context.Run.ClientId)), cancellationToken);
        return TensorPrimitives.IsFiniteAll(workspace.Parameters.Span)
            ? workspace.Parameters.Span.ToArray()
            : throw new InvalidOperationException("the personal model holds NaN or Inf: its training diverged");
    }

    /// <summary>Lets the hostile clients of a round send what they like instead of what they trained.</summary>
    public IReadOnlyList<VirtualUpdate> Attack(int round, IReadOnlyList<VirtualUpdate> updates)
    {
        var adversary = _context.Setup.Adversary;
        var trained = updates.Where(u => u.Failure is null).ToList();
        adversary.Forge([.. trained.Select(u => u.Delta)], [.. trained.Select(u => _hostile.Contains(u.ClientId))], _context.Spec.Seed, round);
        return [.. updates.Select(u => u.Failure is null && _hostile.Contains(u.ClientId) ? u with { Failure = WhyRefused(u) } : u)];
    }

    /// <summary>The updates as ingest finds them once they have arrived.</summary>
    public IReadOnlyList<VirtualUpdate> Check(IReadOnlyList<VirtualUpdate> updates) =>
        [.. updates.Select(u => u.Failure is null ? u with { Failure = WhyRefused(u) } : u)];

    /// <summary>What the coordinator's ingest would refuse.</summary>
    private string? WhyRefused(VirtualUpdate update)
    {
        var bounds = _context.Spec.Bounds;
        var (norm, control) = (Math.Sqrt(SquareSum.Of(update.Delta)), Math.Sqrt(SquareSum.Of(update.ControlDelta)));
        return !double.IsFinite(norm + control) ? "the update holds NaN or Inf"
            : bounds.MaxNorm > 0 && norm > bounds.MaxNorm ? $"the update's norm is {norm:0.###}, the bound {bounds.MaxNorm:0.###}"
            : bounds.MaxControlNorm > 0 && control > bounds.MaxControlNorm ? $"the control delta's norm is {control:0.###}, the bound {bounds.MaxControlNorm:0.###}"
            : update.Examples > bounds.MaxExamples ? $"the update stands for {update.Examples} examples, the bound is {bounds.MaxExamples}"
            : UpdateFacts.WhyNot(_context.Spec.Strategy, update.Steps, update.Metrics);
    }

    private float[] Correction(float[] server, string clientId)
    {
        var correction = Buffer(server.Length);
        ControlVariates.Correct(server, _controls.TryGetValue(clientId, out var own) ? own : new float[server.Length], correction);
        return correction;
    }

    private float[] Buffer(int length) => _deltas.TryTake(out var free) ? free : new float[length];

    /// <summary>A clock on which no time passes: how much a client trains must not depend on how fast this machine is.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public static StoppedClock Instance { get; } = new();

        public override long GetTimestamp() => 0;
    }
}
