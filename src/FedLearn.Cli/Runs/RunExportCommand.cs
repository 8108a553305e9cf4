using System.CommandLine;
using System.Globalization;
using FedLearn.Cli.Elsewhere;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Plots;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run export</c>: what is known of a run, as files.</summary>
internal static class RunExportCommand
{
    private static readonly string[] s_columns = ["round", "status", "version", "cohort", "accepted", "declined", "late", "refused", "train_loss", "bytes_in", "bytes_out", "fit_seconds", "aggregate_seconds", "evaluate_seconds"];

    public static Command Create()
    {
        var run = OperatorCommand.RunArgument();
        var folder = new Option<DirectoryInfo>("--out") { Description = "The folder for run.json, rounds.csv, clients.csv and plot.svg; what stands there of an earlier export is replaced.", HelpName = "DIR" };
        var command = new Command("export", "Writes a run's rounds as files, or to TensorBoard or MLflow.") { run, folder };
        var sinks = new SinkOptions().AddTo(command);
        return command
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new GetRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken) };
                var reply = await connection.Runs.GetRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                await using var sink = sinks.Open(result);
                if (sink is null && result.GetValue(folder) is null)
                {
                    throw new CliException("expected --out DIR, --tensorboard DIR or --mlflow URL", ExitCode.Usage);
                }

                if (result.GetValue(folder) is { } into)
                {
                    Write(reply, into.FullName);
                    await result.InvocationConfiguration.Output.WriteLineAsync(into.FullName);
                }

                if (sink is not null)
                {
                    await new RunFeed(connection, request.RunId, sink).TakeAsync(reply, cancellationToken);
                    await result.InvocationConfiguration.Output.WriteLineAsync($"{reply.Rounds.Count(r => r.HasVersion)} rounds of {reply.Run.RunId} are there");
                }

                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run export RUN --out results", "fedlearn run export RUN --tensorboard logs", "fedlearn run export RUN --mlflow http://127.0.0.1:5000");
    }

    private static void Write(GetRunReply run, string folder)
    {
        Directory.CreateDirectory(folder);
        using (var json = new StreamWriter(Path.Combine(folder, "run.json")))
        {
            RunPrinter.Details(json, run, json: true);
        }

        WriteRounds(run, Path.Combine(folder, "rounds.csv"));
        WriteClients(run, Path.Combine(folder, "clients.csv"));
        if (RunCurves.Of([run]) is { Count: > 0 } plots)
        {
            File.WriteAllText(Path.Combine(folder, "plot.svg"), SvgDocument.Of(plots));
        }
    }

    /// <summary>A line a round; the metrics of evaluations that the run has are its last columns.</summary>
    private static void WriteRounds(GetRunReply run, string file)
    {
        using var csv = new StreamWriter(file);
        var metrics = run.Rounds.SelectMany(r => r.EvalMetrics.Keys).Distinct().Order(StringComparer.Ordinal).ToList();
        csv.WriteLine(Line([.. s_columns, .. metrics]));
        foreach (var r in run.Rounds)
        {
            csv.WriteLine(Line(
            [
                r.Number, RunText.Status(r.Status), r.HasVersion ? r.Version : null, r.Cohort, r.Accepted, r.Declined, r.Late, r.Refused, r.HasTrainLoss ? r.TrainLoss : null,
                r.BytesIn, r.BytesOut, r.FitSeconds, r.AggregateSeconds, r.EvaluateSeconds, .. metrics.Select(m => (object?)RunText.Metric(r, m)),
            ]));
        }
    }

    /// <summary>A line for each metric that a client reported of a round's version.</summary>
    private static void WriteClients(GetRunReply run, string file)
    {
        using var csv = new StreamWriter(file);
        csv.WriteLine("round,version,client,examples,metric,value");
        foreach (var (round, client) in run.Rounds.SelectMany(r => r.Evaluations.Select(e => (r, e))))
        {
            foreach (var (metric, value) in client.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                csv.WriteLine(Line([round.Number, round.Version, client.ClientId, client.NumExamples, metric, value]));
            }
        }
    }

    private static string Line(IEnumerable<object?> cells) => string.Join(',', cells.Select(c => Quote(Convert.ToString(c, CultureInfo.InvariantCulture) ?? "")));

    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
