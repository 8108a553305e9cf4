using FedLearn.Client.Identity;
using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Provenance;
using FedLearn.Client.Training;
using FedLearn.Client.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Session;

/// <summary>
/// A participant's life: one loop holds the connection (join, watch, again after a fault), one beats, and as many as the options say work
/// off assignments. Work outlives connections; what it needs from the coordinator waits until there is one.
/// </summary>
internal sealed class ParticipantSession : IDisposable
{
    /// <summary>A connection that stood this long was a good one: the next fault starts with a short wait again.</summary>
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(10);

    /// <summary>How long a trainer may take to notice that the worker stops.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options;
    private readonly ILogger _logger;
    private readonly CoordinatorLink _link;
    private readonly ConnectionGate _gate = new();
    private readonly WorkBoard _board = new();
    private readonly RunBook _runs;
    private readonly ModelCache _models;
    private readonly IPendingUpdateStore _pending;
    private readonly Enrolment _enrolment;
    private readonly WatchStream _watch;
    private readonly Heartbeat _heartbeat;
    private readonly LocalWork _work;
    private readonly VersionChain _chain;
    private readonly Renewal? _renewal;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _backoffs;

    public ParticipantSession(WorkerOptions options, LiveIdentity? identity, IReadOnlyCollection<ITrainer> trainers, TokenKeeper tokens, CoordinatorKey key, KnownVersions known, IPendingUpdateStore pending, CarriedFiles residuals, CarriedFiles controls, CarriedFiles tensors, CarriedFiles models)
    {
        _options = options;
        _pending = pending;
        _logger = options.Logging.CreateLogger("FedLearn.Worker");
        var trust = options.TrustedCertificate is { } file ? ServerTrust.TryLoad(file, out _) : identity?.Current.Trust(options.Time);
        _link = new CoordinatorLink(new Uri(options.Coordinator), trust, identity, options.Time, _logger);
        var caller = new Caller(_link, _gate, NewBackoff, options.Time, _logger);
        _renewal = identity is null ? null : new Renewal(identity, caller);
        _runs = new RunBook(new RunAdmission(options, trainers), _logger);
        _models = new ModelCache(caller);
        _enrolment = new Enrolment(options, tokens, key, caller);
        CarriedVectors leftOut = new(residuals, caller), control = new(controls, caller), local = new(tensors, caller), personal = new(models, caller);
        _watch = new WatchStream(_runs, _board, _models, pending, [leftOut, control, local, personal], new OwnExport(options.ExportOwn, new(local), new(personal), caller), options, caller);
        _heartbeat = new Heartbeat(_board, _gate, caller);
        var delivery = new UpdateDelivery(caller, pending, new ReceiptBook(options.StateFolder, options.ClientId, key), options.OnReceipt);
        _chain = new VersionChain(key, known, caller);
        var (own, model) = (new OwnTensors(new CarriedFloats(local)), new OwnModel(new CarriedFloats(personal)));
        var fits = new FitWork(_models, pending, new FitUpdate(pending, leftOut), new OwnControls(new CarriedFloats(control), _models), own, model, _chain, delivery, caller);
        _work = new LocalWork(_runs, fits, new EvaluateWork(_models, own, model, _chain, caller), delivery, caller);
    }

    /// <summary>Returns when the token is cancelled, or when all is done and the options say to end then.</summary>
    /// <exception cref="FederationException">The coordinator refuses this client for good.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ClientLog.Starting(_logger, _options.ClientId, _options.Coordinator, _options.StateFolder);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            Task.Run(() => HoldConnectionAsync(stop.Token), CancellationToken.None),
            Task.Run(() => _heartbeat.RunAsync(stop.Token), CancellationToken.None),
            .. _renewal is null ? [] : new[] { Task.Run(() => _renewal.RunAsync(stop.Token), CancellationToken.None) },
            .. Enumerable.Range(0, _options.MaxConcurrent).Select(_ => Task.Run(() => WorkAsync(stop.Token), CancellationToken.None)),
        ];
        var first = await Task.WhenAny([_done.Task, .. loops]).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).WaitAsync(StopLimit, _options.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsFaulted)
        {
            await first.ConfigureAwait(false);
        }

        ReportEnd();
    }

    public void Dispose()
    {
        _link.Dispose();
        _models.Dispose();
        _chain.Dispose();
    }

    private void ReportEnd()
    {
        if (_done.Task.IsCompleted)
        {
            ClientLog.Done(_logger, _options.ClientId);
        }
        else
        {
            ClientLog.Stopped(_logger, _options.ClientId, _pending.List().Count);
        }
    }

    private async Task HoldConnectionAsync(CancellationToken stopping)
    {
        var (backoff, faults) = (NewBackoff(), new FaultReporter(_options.Time, _logger));
        while (true)
        {
            var started = _options.Time.GetTimestamp();
            var fault = await ConnectAsync(faults, stopping).ConfigureAwait(false);
            _gate.Close();
            stopping.ThrowIfCancellationRequested();
            if (fault is null)
            {
                continue;
            }

            if (_options.Time.GetElapsedTime(started) >= GoodConnection)
            {
                backoff.Reset();
            }

            var delay = backoff.Next();
            faults.Report(fault, delay);
            await Task.Delay(delay, _options.Time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>One connection, from joining to its end.</summary>
    /// <returns>Why it ended, for a person; null where it was this side's wish to have a new one.</returns>
    private async Task<string?> ConnectAsync(FaultReporter faults, CancellationToken stopping)
    {
        var changed = _link.Identity?.Changed ?? CancellationToken.None;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, changed);
        try
        {
            _heartbeat.Every(await _enrolment.JoinAsync(stopping).ConfigureAwait(false));
            _link.RoadBook.Reopen();
            _gate.Open();
            await _watch.RunAsync(() => Synced(faults), EndIfDone, ends.Token).ConfigureAwait(false);
            return _watch.Draining ? "the coordinator stopped" : "the coordinator ended the connection";
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException && changed.IsCancellationRequested)
        {
            return null;
        }
        catch (RpcException fault)
        {
            return CallFault.Describe(fault, _link.Address);
        }
    }

    private void Synced(FaultReporter faults)
    {
        faults.Clear();
        ClientLog.Connected(_logger, _options.Coordinator, _options.ClientId, _runs.OpenRuns);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var item in _board.Queue.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            try
            {
                await _work.RunAsync(item, stopping).ConfigureAwait(false);
            }
            finally
            {
                _board.Finish(item);
            }

            EndIfDone();
        }
    }

    private void EndIfDone()
    {
        if (_options.ExitWhenDone && _runs.AllOver && _board.IsEmpty)
        {
            _done.TrySetResult();
        }
    }

    /// <summary>Each sequence of waits is drawn from the client's id and a counter: clients differ, and a test repeats.</summary>
    private Backoff NewBackoff()
    {
        var seed = _options.ClientId.Aggregate(Interlocked.Increment(ref _backoffs), (hash, c) => unchecked((hash * 31) + c));
        return new Backoff(_options.FirstBackoff, _options.MaxBackoff, seed);
    }
}
