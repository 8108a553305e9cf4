using System.Text.Json.Nodes;
using FedLearn.Cli.Runs;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Demo;

/// <summary>
/// The whole product in one command:
/// <list type="number">
/// <item>fill each participant's vault;</item>
/// <item>start a coordinator and the workers, each a process;</item>
/// <item>create a run and show its rounds until it is over;</item>
/// <item>train the same model alone and pooled, and compare.</item>
/// </list>
/// </summary>
internal sealed class Demo(DemoOptions options, IDemoData data, TextWriter output)
{
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>What people read meanwhile; nothing where JSON is wanted.</summary>
    private readonly TextWriter _talk = options.Json ? TextWriter.Null : output;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        using var folder = new DemoFolder(options.Keep);
        var participants = data.Participants.Select(id => new DemoParticipant(folder.Root, id)).ToList();
        await _talk.WriteLineAsync($"{data.Title}; sealing {participants.Count} vaults");
        Parallel.ForEach(participants, new ParallelOptions { CancellationToken = cancellationToken }, data.Import);

        var spec = RunSpecParser.Parse(SpecInput.Complete(Spec(participants.Count), [])).Spec!;
        await FederateAsync(spec, participants, folder, cancellationToken);
        var result = await CompareAsync(spec, participants, folder, cancellationToken);
        var seconds = _time.GetElapsedTime(start).TotalSeconds;
        if (options.Json)
        {
            result.WriteJson(output, seconds, options.Keep ? folder : null);
        }
        else
        {
            result.Print(output);
            PrintFolder(folder, seconds);
        }

        return result.Worthwhile ? ExitCode.Ok : ExitCode.Failed;
    }

    private async Task FederateAsync(RunSpec spec, List<DemoParticipant> participants, DemoFolder folder, CancellationToken cancellationToken)
    {
        await using var federation = await DemoFederation.StartAsync(folder, cancellationToken);
        await _talk.WriteLineAsync($"coordinator on {federation.Address}; enrolling and starting {participants.Count} workers");
        foreach (var participant in participants)
        {
            await federation.StartWorkerAsync(participant, folder, cancellationToken);
        }

        var run = await new RunView(_talk, "federation").ShowAsync(show => federation.RunAsync(RunSpecWriter.Write(spec), show, cancellationToken));
        await federation.DownloadAsync(run.Run.RunId, folder.Model, cancellationToken);
    }

    private async Task<DemoResult> CompareAsync(RunSpec spec, List<DemoParticipant> participants, DemoFolder folder, CancellationToken cancellationToken)
    {
        await _talk.WriteLineAsync("for comparison: the same model trained by each worker alone, and on all data in one place");
        List<(string Id, LocalData Data)> local = [.. participants.Select(p => (p.Id, p.Read()))];
        using var baselines = new Baselines(spec, local);
        var pooled = baselines.PooledAsync(cancellationToken);
        var alone = new List<(string, int, Score)>();
        foreach (var (id, own) in local)
        {
            alone.Add((id, own.Train.Count, await baselines.AloneAsync(id, cancellationToken)));
        }

        var federated = await baselines.EvaluateAsync(ModelFile.ReadVector(folder.Model, spec.Model.Manifest), cancellationToken);
        return new DemoResult(alone, federated, await pooled, local.Sum(p => p.Data.Test.Count));
    }

    private JsonObject Spec(int participants)
    {
        var spec = data.Spec();
        spec["name"] = "demo";
        spec["seed"] = options.Seed;
        // All of them in every round: the demo measures the federation, not the luck of a selection.
        spec["cohort"] = new JsonObject { ["minimum"] = participants };
        spec["closing"] = new JsonObject { ["minUpdates"] = participants, ["maxSeconds"] = 30 };
        return spec;
    }

    private void PrintFolder(DemoFolder folder, double seconds)
    {
        output.WriteLine($"{seconds:0.0} s");
        output.WriteLine(options.Keep
            ? $"kept: model {folder.Model}, database {folder.Database}, logs {Path.GetDirectoryName(folder.LogOf("coordinator"))}, vaults {Path.Combine(folder.Root, "workers")}"
            : $"model, logs, database and vaults were in {folder.Root} and are removed; --keep keeps them");
    }
}
