using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn model</c>.</summary>
internal static class ModelCommand
{
    public static Command Create() =>
        new Command("model", "Lists, fetches, compares and evaluates published model versions.") { List(), Get(), ModelDiffCommand.Create(), ModelEvalCommand.Create() }
            .WithExamples("fedlearn model ls RUN", "fedlearn model get RUN --output model.safetensors");

    private static Command List()
    {
        var (run, json) = (OperatorCommand.RunArgument(), OperatorCommand.JsonOption());
        return new Command("ls", "Lists a run's versions with the rounds that made them; version 0 holds the initial parameters.") { run, json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new GetRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken) };
                var reply = await connection.Runs.GetRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                // Version 0 comes from no round; a round without numbers stands for it.
                var rounds = reply.Rounds.Where(r => r.HasVersion).Prepend(new Round { Version = 0 });
                Print(result.InvocationConfiguration.Output, [.. rounds], result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn model ls RUN", "fedlearn model ls RUN --json");
    }

    private static Command Get()
    {
        var run = OperatorCommand.RunArgument();
        var version = new Option<int?>("--version", "-v") { Description = "The version. Default: the newest.", HelpName = "N" };
        var best = new Option<bool>("--best") { Description = "The version with the best federated evaluation so far, by the run's target metric or loss." };
        var output = new Option<FileInfo>("--output", "-o") { Description = "The file to write; an existing one is replaced once the new one is complete. Default: RUN-vN.safetensors here.", HelpName = "FILE" };
        var json = OperatorCommand.JsonOption();
        return new Command("get", "Fetches a version as a safetensors file and checks its digest.") { run, version, best, output, json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new DownloadModelRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken) };
                var number = result.GetValue(version);
                if (result.GetValue(best))
                {
                    number = number is null
                        ? await BestOfAsync(connection, request.RunId, cancellationToken)
                        : throw new CliException("give --version or --best, not both", ExitCode.Usage);
                }

                if (number is { } wanted)
                {
                    request.Version = wanted;
                }

                var (file, got) = await ModelDownload.ToFileAsync(connection, request, result.GetValue(output)?.FullName, cancellationToken);
                PrintFile(result.InvocationConfiguration.Output, file, got, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn model get RUN --output model.safetensors", "fedlearn model get RUN --version 3", "fedlearn model get RUN --best");
    }

    /// <summary>The best version's number.</summary>
    internal static async Task<int> BestOfAsync(OperatorConnection connection, string runId, CancellationToken cancellationToken)
    {
        var reply = await connection.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
        return reply.Run.HasBestVersion
            ? reply.Run.BestVersion
            : throw new CliException($"no version of run {runId} has a federated evaluation with the metric that counts yet; leave --best out for the newest");
    }

    private static void Print(TextWriter output, IReadOnlyList<Round> rounds, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var round in rounds)
                {
                    w.WriteStartObject();
                    w.WriteNumber("version", round.Version);
                    w.WriteNumber("round", round.Number);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("version", "round", "train loss", "eval loss", "accuracy");
        foreach (var round in rounds)
        {
            table.Add(
                $"{round.Version}", round.Number == 0 ? "-" : $"{round.Number}", Show.Metric(round.HasTrainLoss ? round.TrainLoss : null),
                Show.Metric(RunText.Metric(round, "loss")), Show.Metric(RunText.Metric(round, "accuracy")));
        }

        table.Write(output);
    }

    private static void PrintFile(TextWriter output, string file, ModelVersion version, bool json)
    {
        if (!json)
        {
            output.WriteLine($"version {version.Version} of run {version.RunId}: {file} ({Show.Bytes(new FileInfo(file).Length)}, digest checked)");
            return;
        }

        Json.WriteLine(output, w =>
        {
            w.WriteStartObject();
            w.WriteString("runId", version.RunId);
            w.WriteNumber("version", version.Version);
            w.WriteNumber("round", version.Round);
            w.WriteString("digest", Convert.ToHexStringLower(version.Digest.Span));
            w.WriteString("file", file);
            w.WriteEndObject();
        });
    }
}
