using System.CommandLine;
using System.Text.Json;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn model eval</c>: a version, or a file, on a test set that lies here.</summary>
internal static class ModelEvalCommand
{
    public static Command Create()
    {
        var run = new Argument<string?>("run") { Description = "The run's id or name, as `fedlearn run ls` prints them; or --file with --spec.", HelpName = "RUN", Arity = ArgumentArity.ZeroOrOne };
        var version = new Option<int?>("--version", "-v") { Description = "The version. Default: the newest.", HelpName = "N" };
        var best = new Option<bool>("--best") { Description = "The version with the best federated evaluation so far." };
        var file = new Option<FileInfo>("--file") { Description = "A safetensors file instead of a run's version; needs --spec. No coordinator is asked.", HelpName = "FILE" };
        var spec = new Option<FileInfo>("--spec") { Description = "The spec whose model --file holds.", HelpName = "SPEC.json" };
        var json = OperatorCommand.JsonOption();
        var command = new Command("eval", "Evaluates a version on a test set of this machine.") { run, version, best, file, spec, json };
        var data = new EvaluationData().AddTo(command);
        var options = new OperatorOptions().AddTo(command);
        command.SetAction((result, cancellationToken) => Interruption.NameAsync(
            async () =>
            {
                var (id, local) = (result.GetValue(run), result.GetValue(file));
                if (id is null == local is null || local is null != result.GetValue(spec) is null)
                {
                    throw new CliException("expected RUN, or --file FILE with --spec SPEC.json", ExitCode.Usage);
                }

                if (result.GetValue(best) && result.GetValue(version) is not null)
                {
                    throw new CliException("give --version or --best, not both", ExitCode.Usage);
                }

                var (model, name) = id is null
                    ? (FromFile(local!.FullName, result.GetValue(spec)!.FullName), local.Name)
                    : await DownloadAsync(options, result, id, result.GetValue(version), result.GetValue(best), cancellationToken);
                Print(result.InvocationConfiguration.Output, name, Evaluate(model, data, result, cancellationToken), result.GetValue(json));
                return ExitCode.Ok;
            },
            cancellationToken));
        return command.WithExamples(
            "fedlearn model eval RUN --best --idx-images t10k-images.gz --idx-labels t10k-labels.gz",
            "fedlearn model eval --file model.safetensors --spec spec.json --vault vault --key-file vault.key --json");
    }

    private static (RunSpec Spec, float[] Parameters) FromFile(string file, string spec)
    {
        var parsed = RunSpecParser.Parse(SpecInput.Complete(SpecInput.ReadFile(spec), [])).Spec!;
        return (parsed, ModelFile.ReadVector(file, parsed.Model.Manifest));
    }

    private static async Task<((RunSpec Spec, float[] Parameters) Model, string Name)> DownloadAsync(
        OperatorOptions options, ParseResult result, string runId, int? version, bool best, CancellationToken cancellationToken)
    {
        using var connection = await options.ConnectAsync(result, cancellationToken);
        runId = await connection.RunIdAsync(runId, cancellationToken);
        var reply = await connection.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, connection.Headers, cancellationToken: cancellationToken);
        var spec = RunSpecParser.Parse(reply.Run.SpecJson).Spec ?? throw new CliException($"the spec of run {runId} cannot be read here; its coordinator is of another version");
        var request = new DownloadModelRequest { RunId = runId };
        if ((best ? await ModelCommand.BestOfAsync(connection, runId, cancellationToken) : version) is { } number)
        {
            request.Version = number;
        }

        var folder = Directory.CreateTempSubdirectory("fedlearn-eval-");
        try
        {
            var (path, got) = await ModelDownload.ToFileAsync(connection, request, Path.Combine(folder.FullName, "model"), cancellationToken);
            return ((spec, ModelFile.ReadVector(path, spec.Model.Manifest)), $"version {got.Version} of run {runId}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static CentralResult Evaluate((RunSpec Spec, float[] Parameters) model, EvaluationData data, ParseResult result, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(model.Spec.Model.Json);
        var created = ModelRegistry.Create(json.RootElement);
        if (created.Definition is not { } definition)
        {
            throw new CliException($"only built-in models can be evaluated here: {created.Message}");
        }

        try
        {
            return CentralEvaluation.Run(definition, data.Load(result), model.Parameters, Environment.ProcessorCount, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static void Print(TextWriter output, string name, CentralResult result, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w => EvaluationPrinter.Write(w, name, result));
        }
        else
        {
            EvaluationPrinter.Print(output, name, result);
        }
    }
}
