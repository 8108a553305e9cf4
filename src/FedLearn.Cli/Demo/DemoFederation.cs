using FedLearn.Cli.Hosting;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Cli.Demo;

/// <summary>The demo's processes: a coordinator and a worker for each participant, and the run that they do together.</summary>
internal sealed class DemoFederation : IAsyncDisposable
{
    private readonly List<ChildProcess> _children = [];
    private readonly OperatorConnection _connection;

    private DemoFederation(ChildProcess coordinator, string address, string tokenFile)
    {
        _children.Add(coordinator);
        Address = address;
        _connection = OperatorOptions.Connect(tokenFile);
    }

    /// <summary>The coordinator's address.</summary>
    public string Address { get; }

    /// <summary>Starts the coordinator on free ports and waits until it listens.</summary>
    public static async Task<DemoFederation> StartAsync(DemoFolder folder, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "coordinator", "--data", folder.Coordinator, "--host", "127.0.0.1", "--listen", "https://127.0.0.1:0", "--enrolment", "https://127.0.0.1:0", "--operations", "http://127.0.0.1:0", "--plain-log", "--announce",
        ];
        var coordinator = ChildProcess.Start("coordinator", arguments, folder.LogOf("coordinator"), CoordinatorCommand.Announcement);
        try
        {
            // Address, address of health, and the token's file, which may hold blanks.
            var announced = (await coordinator.Announced.WaitAsync(cancellationToken)).Split(' ', 3);
            return new DemoFederation(coordinator, announced[0], announced[2]);
        }
        catch
        {
            await coordinator.DisposeAsync();
            throw;
        }
    }

    /// <summary>Invites and enrols a participant, and starts its worker.</summary>
    public async Task StartWorkerAsync(DemoParticipant participant, DemoFolder folder, CancellationToken cancellationToken)
    {
        var invitation = await new InvitationFiles(_connection, validSeconds: 0, address: "").AskAsync(participant.Id, cancellationToken);
        using var identity = await Enroller.EnrolAsync(invitation, Path.Combine(participant.State, EnrolCommand.IdentityFolder), cancellationToken: cancellationToken);
        _children.Add(ChildProcess.Start(
            participant.Id,
            ["worker", "--vault", participant.Vault, "--key-file", participant.KeyFile, "--state", participant.State, "--serve", "*", "--min-cohort", "1", "--exit-when-done"],
            folder.LogOf(participant.Id)));
    }

    /// <summary>Creates the run and follows it to its end.</summary>
    /// <param name="spec">The complete spec.</param>
    /// <param name="show">Told each change of the run or of a round.</param>
    /// <param name="cancellationToken">Ends the demo.</param>
    /// <returns>The run, completed, with its rounds.</returns>
    public async Task<GetRunReply> RunAsync(string spec, Action<WatchRunReply> show, CancellationToken cancellationToken)
    {
        var created = await RunCreateCommand.SendAsync(_connection, spec, initial: null, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(created.RunId, show, stop.Token);
        var failing = FirstFailureAsync();
        if (await Task.WhenAny(watching, failing) == failing && !watching.IsCompleted)
        {
            await stop.CancelAsync();
            await watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw await failing;
        }

        await watching;
        var reply = await _connection.Runs.GetRunAsync(new GetRunRequest { RunId = created.RunId }, _connection.Headers, cancellationToken: cancellationToken);
        return reply.Run.Status == RunStatus.Completed
            ? reply
            : throw new CliException($"the run ended as {RunText.Status(reply.Run.Status)}: {reply.Run.Reason}");
    }

    /// <summary>Fetches the run's newest version.</summary>
    public Task<(string Path, ModelVersion Version)> DownloadAsync(string runId, string path, CancellationToken cancellationToken) =>
        ModelDownload.ToFileAsync(_connection, new DownloadModelRequest { RunId = runId }, path, cancellationToken);

    /// <summary>Ends all processes, the workers first.</summary>
    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await Task.WhenAll(_children.Skip(1).Select(c => c.DisposeAsync().AsTask()));
        await _children[0].DisposeAsync();
    }

    private async Task WatchAsync(string runId, Action<WatchRunReply> show, CancellationToken cancellationToken)
    {
        using var call = _connection.Runs.WatchRun(new WatchRunRequest { RunId = runId }, _connection.Headers, cancellationToken: cancellationToken);
        await foreach (var reply in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            show(reply);
        }
    }

    /// <summary>The first child that ends other than well; never, where all end well.</summary>
    private async Task<CliException> FirstFailureAsync()
    {
        var running = _children.ToDictionary(c => (Task)c.Exited);
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running.Keys);
            running.Remove(ended, out var child);
            var code = await (Task<int>)ended;
            if (code != ExitCode.Ok)
            {
                return child!.Failure($"ended with exit code {code}");
            }
        }

        return new CliException("all processes ended before the run was over");
    }
}
