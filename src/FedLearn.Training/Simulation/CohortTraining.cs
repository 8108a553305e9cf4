using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using FedLearn.Client.Training;
using FedLearn.Core.Aggregation;
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
    private readonly ConcurrentBag<SgdWorkspace> _workspaces = [];
    private readonly ConcurrentBag<float[]> _deltas = [];

    /// <exception cref="InvalidDataException">A client cannot serve the run; the message says why.</exception>
    public CohortTraining(SimulationContext context)
    {
        _context = context;
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
    public IReadOnlyList<VirtualUpdate> Train(int round, float[] parameters, IReadOnlyCollection<(string ClientId, int Epochs)> work, CancellationToken cancellationToken)
    {
        // The longest first, so that no thread ends long after the others.
        var order = work.OrderByDescending(w => (long)_clients[w.ClientId].Examples * w.Epochs);
        var updates = new ConcurrentBag<VirtualUpdate>();
        Parallel.ForEach(
            Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = _context.Threads, CancellationToken = cancellationToken },
            client => updates.Add(Train(round, parameters, client.ClientId, client.Epochs, cancellationToken)));
        return [.. updates.OrderBy(u => u.ClientId, StringComparer.Ordinal)];
    }

    /// <summary>Takes the buffers of updates back that nobody needs any more.</summary>
    public void Reuse(IEnumerable<VirtualUpdate> updates)
    {
        foreach (var update in updates.Where(u => u.Delta.Length > 0))
        {
            _deltas.Add(update.Delta);
        }
    }

    private VirtualUpdate Train(int round, float[] parameters, string clientId, int epochs, CancellationToken cancellationToken)
    {
        var workspace = _workspaces.TryTake(out var used) ? used : new SgdWorkspace(_context.Model, threads: 1);
        var (trainer, examples) = _clients[clientId];
        var context = new FitContext(_context.RunOf(clientId, _context.Spec.Client with { Epochs = epochs }), round, parameters, s_nobody);
        try
        {
            var (steps, metrics) = trainer.TrainIn(workspace, context, cancellationToken);
            var delta = _deltas.TryTake(out var free) ? free : new float[parameters.Length];
            TensorPrimitives.Subtract(workspace.Parameters.Span, parameters, delta);
            return new(clientId, delta, examples, steps, metrics, WhyRefused(delta, examples, steps, metrics));
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

    /// <summary>Lets the hostile clients of a round send what they like instead of what they trained.</summary>
    public IReadOnlyList<VirtualUpdate> Attack(int round, IReadOnlyList<VirtualUpdate> updates)
    {
        var adversary = _context.Setup.Adversary;
        var trained = updates.Where(u => u.Failure is null).ToList();
        adversary.Forge([.. trained.Select(u => u.Delta)], [.. trained.Select(u => _hostile.Contains(u.ClientId))], _context.Spec.Seed, round);
        return [.. updates.Select(u => u.Failure is null && _hostile.Contains(u.ClientId) ? u with { Failure = WhyRefused(u.Delta, u.Examples, u.Steps, u.Metrics) } : u)];
    }

    /// <summary>The updates as ingest finds them once they have arrived.</summary>
    public IReadOnlyList<VirtualUpdate> Check(IReadOnlyList<VirtualUpdate> updates) =>
        [.. updates.Select(u => u.Failure is null ? u with { Failure = WhyRefused(u.Delta, u.Examples, u.Steps, u.Metrics) } : u)];

    /// <summary>What the coordinator's ingest would refuse.</summary>
    private string? WhyRefused(float[] delta, long examples, long steps, IReadOnlyDictionary<string, double> metrics)
    {
        var bounds = _context.Spec.Bounds;
        var norm = Math.Sqrt(SquareSum.Of(delta));
        return !double.IsFinite(norm) ? "the update holds NaN or Inf"
            : bounds.MaxNorm > 0 && norm > bounds.MaxNorm ? $"the update's norm is {norm:0.###}, the bound {bounds.MaxNorm:0.###}"
            : examples > bounds.MaxExamples ? $"the update stands for {examples} examples, the bound is {bounds.MaxExamples}"
            : UpdateFacts.WhyNot(_context.Spec.Strategy, steps, metrics);
    }

    /// <summary>A clock on which no time passes: how much a client trains must not depend on how fast this machine is.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public static StoppedClock Instance { get; } = new();

        public override long GetTimestamp() => 0;
    }
}
