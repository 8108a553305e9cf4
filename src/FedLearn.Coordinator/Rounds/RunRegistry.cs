using System.Collections.Concurrent;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Rounds;

/// <summary>The runs of this coordinator: one loop for each that is open, or that ended in this process.</summary>
internal sealed class RunRegistry(RunServices services) : IOpenRuns, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RunLoop> _loops = new(StringComparer.Ordinal);
    private readonly Lock _creating = new();

    /// <summary>All runs whose loop is here.</summary>
    public IEnumerable<OpenRun> All => _loops.Values.Select(l => l.Run);

    /// <summary>Goes on with what the last process left.</summary>
    public void ResumeAll()
    {
        foreach (var (stored, newest) in RunRecovery.Load(services))
        {
            _loops[stored.Id] = new RunLoop(stored, newest, services);
        }
    }

    /// <summary>Creates a run and its version 0, for the operator of that name, or null for the coordinator's own settings.</summary>
    public (OpenRun? Run, Problem? Problem) Create(RunSpec spec, string specJson, Stream? initial, string? by)
    {
        var id = $"{spec.Name}-{Guid.NewGuid().ToString("N")[..8]}";
        RunLoop loop;
        lock (_creating)
        {
            if (services.Store.FindRunId(spec.Name) is { } existing)
            {
                return (null, Problem.AlreadyExists($"name: there is a run named '{spec.Name}' already ({existing}); choose another name"));
            }

            StoredVersion version;
            try
            {
                version = services.Attest(services.Versions.Initialise(id, spec, initial), null, specJson, []);
            }
            catch (InvalidDataException e)
            {
                return (null, Problem.Invalid($"initial: {e.Message}"));
            }

            if (services.Store.Create(id, spec.Name, specJson, version, by) != CommitOutcome.Done)
            {
                return (null, Problem.Unavailable("the database is busy or full; nothing was created, try again"));
            }

            var stored = services.Store.LoadOpen().Single(r => r.Id == id);
            _loops[id] = loop = new RunLoop(stored, version, services);
        }

        services.Hub.SendAll(new WatchReply { Run = loop.Run.Announcement }, spec.Cohort.Admits);
        return (loop.Run, null);
    }

    /// <inheritdoc/>
    public OpenRun FindOpen(string runId) =>
        _loops.TryGetValue(runId, out var loop) ? loop.Run
        : services.Store.FindVersion(runId, 0) is not null ? throw Problem.Of(Refusal.RunOver, runId, 0).ToException()
        : throw Problem.NotFound($"there is no run '{runId}'").ToException();

    public OpenRun? Find(string runId) => _loops.GetValueOrDefault(runId)?.Run;

    /// <summary>Brings a run an event and waits until its effects are durable.</summary>
    public Task<RunReply> AskAsync(string runId, RunEvent happened, SealedUpdate? update = null)
    {
        FindOpen(runId);
        return _loops[runId].AskAsync(happened, update);
    }

    /// <summary>Lets the log tell of an update that was refused by its header or its bytes: of the first few of each client in a round.</summary>
    public void NoteRefusal(OpenRun run, string clientId, int round, string reason)
    {
        if (run.Refusals.Count(run.Updates.Round, clientId))
        {
            _loops[run.Id].Post(new RunMessage.Happened(new RunEvent.UpdateRejected(clientId, round, reason)));
        }
    }

    /// <summary>Passes a client's answer on.</summary>
    public void Answer(string runId, RunMessage.Answer answer)
    {
        FindOpen(runId);
        _loops[runId].Post(answer);
    }

    /// <summary>Sends a session the full current state of every open run.</summary>
    public async Task AttachAsync(WatchSession session)
    {
        foreach (var loop in _loops.Values.OrderBy(l => l.Run.Id, StringComparer.Ordinal))
        {
            var attached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (loop.Post(new RunMessage.Attach(session, attached)))
            {
                await attached.Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells every run that a client is offline.</summary>
    public void Gone(string clientId)
    {
        foreach (var loop in _loops.Values)
        {
            loop.Post(new RunMessage.Gone(clientId));
        }
    }

    /// <summary>Ends the loops. What was acknowledged is on disk; the next start goes on from there.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops.Values)
        {
            await loop.DisposeAsync().ConfigureAwait(false);
        }
    }
}
