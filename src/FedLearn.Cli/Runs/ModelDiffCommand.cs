using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn model diff</c>: how far two versions, or files, are from each other, tensor by tensor.</summary>
internal static class ModelDiffCommand
{
    private const string Which = "a safetensors file, or RUN, RUN@VERSION or RUN@best";

    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = $"What to compare with: {Which}.", HelpName = "FROM" };
        var to = new Argument<string>("to") { Description = $"What is compared: {Which}.", HelpName = "TO" };
        var json = OperatorCommand.JsonOption();
        var command = new Command("diff", "Compares two versions or files tensor by tensor: norm of the difference, its share of the norm, the largest change, the cosine.") { from, to, json };
        var options = new OperatorOptions().AddTo(command);
        command.SetAction((result, cancellationToken) => Interruption.NameAsync(
            async () =>
            {
                var before = await ReadAsync(options, result, result.GetRequiredValue(from), cancellationToken);
                var after = await ReadAsync(options, result, result.GetRequiredValue(to), cancellationToken);
                Print(result.InvocationConfiguration.Output, TensorDiff.Of(before, after), result.GetValue(json));
                return ExitCode.Ok;
            },
            cancellationToken));
        return command.WithExamples("fedlearn model diff RUN@0 RUN", "fedlearn model diff RUN@3 RUN@best --json", "fedlearn model diff a.safetensors b.safetensors");
    }

    private static async Task<IReadOnlyDictionary<string, float[]>> ReadAsync(OperatorOptions options, ParseResult result, string what, CancellationToken cancellationToken)
    {
        if (File.Exists(what))
        {
            return ModelFile.ReadTensors(what);
        }

        using var connection = await options.ConnectAsync(result, cancellationToken);
        var parts = what.Split('@', 2);
        var request = new DownloadModelRequest { RunId = await connection.RunIdAsync(parts[0], cancellationToken) };
        if (parts.Length == 2)
        {
            request.Version = parts[1] == "best" ? await ModelCommand.BestOfAsync(connection, request.RunId, cancellationToken)
                : int.TryParse(parts[1], out var number) ? number : throw new CliException($"expected {Which}, got '{what}'", ExitCode.Usage);
        }

        var folder = Directory.CreateTempSubdirectory("fedlearn-diff-");
        try
        {
            var (path, _) = await ModelDownload.ToFileAsync(connection, request, Path.Combine(folder.FullName, "model"), cancellationToken);
            return ModelFile.ReadTensors(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Print(TextWriter output, IReadOnlyList<TensorDiff> tensors, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var t in tensors)
                {
                    w.WriteStartObject();
                    w.WriteString("tensor", t.Name);
                    w.WriteNumber("elements", t.Elements);
                    w.WriteNumber("norm", t.Norm);
                    w.WriteNumber("differenceNorm", t.DifferenceNorm);
                    w.WriteNumberOrNull("relative", t.Relative);
                    w.WriteNumber("largest", t.Largest);
                    w.WriteNumberOrNull("cosine", t.Cosine);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("tensor", "elements", "norm", "difference", "share", "largest", "cosine");
        foreach (var t in tensors)
        {
            table.Add(t.Name, $"{t.Elements}", Show.Metric(t.Norm), Show.Metric(t.DifferenceNorm), Show.Metric(t.Relative), Show.Metric(t.Largest), Show.Metric(t.Cosine));
        }

        table.Write(output);
    }
}
