using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Cli.Runs;

/// <summary>Follows a run until it is over and prints what changes, one line each.</summary>
internal static class RunWatcher
{
    /// <summary>Follows the run.</summary>
    /// <returns>0 where the run completed, 1 where it was stopped or failed.</returns>
    public static async Task<int> WatchAsync(OperatorConnection connection, string runId, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        using var call = connection.Runs.WatchRun(new WatchRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
        Run? last = null;
        var printed = "";
        await foreach (var reply in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            last = reply.Run ?? last;
            if (json)
            {
                Json.WriteLine(output, w => WriteEvent(w, reply), indented: false);
            }
            else if (Line(reply) is { } line && line != printed)
            {
                printed = line;
                await output.WriteLineAsync(line);
            }
        }

        return last?.Status switch
        {
            RunStatus.Completed => ExitCode.Ok,
            RunStatus.Stopped or RunStatus.Failed => ExitCode.Failed,
            _ => throw new CliException("the coordinator ended the stream before the run was over; watch again with `fedlearn run watch`", ExitCode.Unreachable),
        };
    }

    /// <summary>What is worth a line: the run, and rounds that are done with what they do.</summary>
    private static string? Line(WatchRunReply reply) => reply.EventCase switch
    {
        WatchRunReply.EventOneofCase.Run => RunText.Line(reply.Run),
        WatchRunReply.EventOneofCase.Round when reply.Round.Status is RoundStatus.Published or RoundStatus.Void => RunText.Line(reply.Round),
        _ => null,
    };

    private static void WriteEvent(System.Text.Json.Utf8JsonWriter json, WatchRunReply reply)
    {
        json.WriteStartObject();
        if (reply.EventCase == WatchRunReply.EventOneofCase.Run)
        {
            json.WriteStartObject("run");
            RunJson.WriteRun(json, reply.Run);
            json.WriteEndObject();
        }
        else
        {
            json.WritePropertyName("round");
            RunJson.WriteRound(json, reply.Round);
        }

        json.WriteEndObject();
    }
}
