using FedLearn.Cli.Elsewhere;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Cli.Runs;

/// <summary>Follows a run until it is over and shows what changes.</summary>
internal static class RunWatcher
{
    /// <summary>Follows the run.</summary>
    /// <param name="connection">The coordinator.</param>
    /// <param name="runId">The run.</param>
    /// <param name="json">One JSON object a line instead of what people read.</param>
    /// <param name="output">Where to.</param>
    /// <param name="sink">Also takes the run's metrics; null = nobody.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>0 where the run completed, 1 where it was stopped or failed.</returns>
    public static async Task<int> WatchAsync(
        OperatorConnection connection, string runId, bool json, TextWriter output, IMetricSink? sink, CancellationToken cancellationToken)
    {
        using var call = connection.Runs.WatchRun(new WatchRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
        var feed = sink is null ? null : new RunFeed(connection, runId, sink);
        var last = json || !Terminal.Is(output)
            ? await FollowAsync(call.ResponseStream, new RunLines(output, json).Print, feed, cancellationToken)
            : await new RunView(output, $"run {runId}").ShowAsync(async show =>
            {
                await ShowPastAsync(connection, runId, show, cancellationToken);
                return await FollowAsync(call.ResponseStream, show, feed, cancellationToken);
            });
        return last?.Status switch
        {
            RunStatus.Completed => ExitCode.Ok,
            RunStatus.Stopped or RunStatus.Failed => ExitCode.Failed,
            _ => throw new CliException("the coordinator ended the stream before the run was over; watch again with `fedlearn run watch`", ExitCode.Unreachable),
        };
    }

    /// <summary>The stream begins with what is now; a curve begins with the first round.</summary>
    private static async Task ShowPastAsync(OperatorConnection connection, string runId, Action<WatchRunReply> show, CancellationToken cancellationToken)
    {
        var past = await connection.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
        foreach (var round in past.Rounds)
        {
            show(new WatchRunReply { Round = round });
        }
    }

    private static async Task<Run?> FollowAsync(IAsyncStreamReader<WatchRunReply> replies, Action<WatchRunReply> show, RunFeed? feed, CancellationToken cancellationToken)
    {
        Run? last = null;
        await foreach (var reply in replies.ReadAllAsync(cancellationToken))
        {
            last = reply.Run ?? last;
            show(reply);
            if (feed is not null)
            {
                await feed.TakeAsync(reply, cancellationToken);
            }
        }

        return last;
    }
}
