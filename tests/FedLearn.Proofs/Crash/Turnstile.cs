using FedLearn.Client.Training;

namespace FedLearn.Proofs.Crash;

/// <summary>
/// Holds trainers before they train, so that a proof does what it does at a known point of the round. An opening lets in everybody of the
/// rounds that are held, also who comes to them late; later rounds are held until the next opening.
/// </summary>
/// <param name="holds">Which trainings are held; null holds all.</param>
internal sealed class Turnstile(Func<FitContext, bool>? holds = null)
{
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
    private TaskCompletionSource _open = NewSource();
    private readonly HashSet<(string RunId, int Round, string ClientId)> _held = [];
    private readonly Dictionary<string, int> _letIn = new(StringComparer.Ordinal);
    private bool _forGood;

    /// <summary>What a trainer awaits.</summary>
    public Task MayTrain(FitContext context)
    {
        lock (_lock)
        {
            if (_forGood || holds?.Invoke(context) == false || context.Round <= _letIn.GetValueOrDefault(context.Run.RunId))
            {
                return Task.CompletedTask;
            }

            _held.Add((context.Run.RunId, context.Round, context.Run.ClientId));
            foreach (var (_, reached) in _watchers.Where(w => _held.Count >= w.Count))
            {
                reached.TrySetResult();
            }

            _watchers.RemoveAll(w => w.Reached.Task.IsCompleted);
            return _open.Task;
        }
    }

    /// <summary>Completes when so many trainers are held.</summary>
    public Task HeldAsync(int count)
    {
        lock (_lock)
        {
            if (_held.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = NewSource();
            _watchers.Add((count, reached));
            return reached.Task;
        }
    }

    /// <summary>Waits until so many trainers of a federation are held, for two minutes at most.</summary>
    public async Task WaitAsync(int count, Federation federation)
    {
        try
        {
            await HeldAsync(count).WaitAsync(TimeSpan.FromSeconds(120)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new CrashException($"waited 120 s in vain for {count} trainers; the last lines:{Environment.NewLine}{federation.Tail}");
        }
    }

    /// <summary>Lets in the rounds that are held now.</summary>
    /// <param name="forGood">Also all that come later.</param>
    public void Open(bool forGood = false)
    {
        lock (_lock)
        {
            foreach (var (run, round, _) in _held)
            {
                _letIn[run] = Math.Max(_letIn.GetValueOrDefault(run), round);
            }

            _held.Clear();
            _forGood = forGood;
            _open.TrySetResult();
            _open = NewSource();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
