using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run create</c>.</summary>
internal static class RunCreateCommand
{
    private const int ChunkSize = 512 << 10;

    public static Command Create()
    {
        var file = new Argument<string?>("spec") { Description = "The spec's file; docs/run-spec.md explains it.", HelpName = "SPEC.json", Arity = ArgumentArity.ZeroOrOne };
        var initial = new Option<FileInfo>("--initial") { Description = "Start from these parameters instead of the seed.", HelpName = "FILE.safetensors" };
        var watch = new Option<bool>("--watch") { Description = "Follow the run until it is over; exit 0 only if it completes." };
        var check = new Option<bool>("--check") { Description = "Only check the spec and print it in full, with every default; no coordinator is asked." };
        var json = OperatorCommand.JsonOption();
        var overrides = new SpecOverrides();
        var command = new Command("create", "Creates a run from a spec.") { file, initial, watch, check, json };
        overrides.AddTo(command);
        var options = new OperatorOptions().AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var document = SpecInput.ReadFile(result.GetValue(file));
            var spec = SpecInput.Complete(document, overrides.Apply(result, document).ToList());
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(check))
            {
                await output.WriteLineAsync(spec);
                return ExitCode.Ok;
            }

            using var connection = await options.ConnectAsync(result, cancellationToken);
            return await Interruption.NameAsync(
                async () =>
                {
                    var run = await SendAsync(connection, spec, result.GetValue(initial), cancellationToken);
                    Print(output, run, result.GetValue(json));
                    return result.GetValue(watch)
                        ? await RunWatcher.WatchAsync(connection, run.RunId, result.GetValue(json), output, sink: null, cancellationToken)
                        : ExitCode.Ok;
                },
                cancellationToken);
        });
        return command.WithExamples(
            "fedlearn run create spec.json --token-file data/operator.token --watch",
            "fedlearn run create spec.json --client.batchSize 10 --set model.hidden=[64,64]",
            "fedlearn run create --name quick --model.kind softmax --set model.inputs=784 --set model.classes=10 --check");
    }

    /// <summary>Sends a complete spec and, where there is one, the file with the initial parameters.</summary>
    public static async Task<Run> SendAsync(OperatorConnection connection, string spec, FileInfo? initial, CancellationToken cancellationToken)
    {
        // Opened first: a file that is not there must not leave half a call behind.
        await using var file = initial?.OpenRead();
        using var call = connection.Runs.CreateRun(connection.Headers, cancellationToken: cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = spec }, cancellationToken);
            if (file is not null)
            {
                await SendFileAsync(call.RequestStream, file, cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or RpcException)
        {
            // The coordinator refused before the end was sent; its reason is the reply.
        }

        return (await call.ResponseAsync).Run;
    }

    private static async Task SendFileAsync(IClientStreamWriter<CreateRunRequest> requests, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkSize];
        var offset = 0L;
        int read;
        while ((read = await file.ReadAtLeastAsync(buffer, ChunkSize, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            var chunk = new Chunk { Offset = offset, Data = ByteString.CopyFrom(buffer, 0, read) };
            await requests.WriteAsync(new CreateRunRequest { Initial = chunk }, cancellationToken);
            offset += read;
        }
    }

    private static void Print(TextWriter output, Run run, bool json)
    {
        if (!json)
        {
            output.WriteLine($"created run {run.RunId} ({run.Name})");
            return;
        }

        Json.WriteLine(output, w =>
        {
            w.WriteStartObject();
            RunJson.WriteRun(w, run);
            w.WriteEndObject();
        }, indented: false);
    }
}
