using System.Globalization;
using FedLearn.Client.Logging;
using FedLearn.Client.Provenance;
using FedLearn.Client.Training;
using FedLearn.Client.Transport;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>An evaluate assignment, from the version to the report.</summary>
internal sealed class EvaluateWork(ModelCache models, OwnTensors own, OwnModel model, VersionChain chain, Caller caller)
{
    /// <param name="item">The assignment's place on the board.</param>
    /// <param name="evaluate">The assignment.</param>
    /// <param name="run">Its run.</param>
    /// <param name="local">Ends download and evaluation.</param>
    /// <param name="stopping">Ends the report, which may be what closes the stage: its own answer says whether it counted.</param>
    public async Task RunAsync(
        WorkItem item, EvaluateAssignment evaluate, RunAnswer.Accepted run, CancellationToken local, CancellationToken stopping)
    {
        item.Activity = Activity.Downloading;
        await chain.VerifyAsync(evaluate, run.SpecDigest, run.Context.Manifest.Hash, local).ConfigureAwait(false);
        var wanted = new VersionWanted(evaluate.RunId, evaluate.Version, evaluate.Digest.Memory);
        var version = await models.GetAsync(wanted, run.Context.Manifest, local).ConfigureAwait(false);

        // What this round left counts already: its version is published.
        var parameters = await own.ApplyAsync(evaluate.RunId, evaluate.Round + 1, run.Local, version, local).ConfigureAwait(false);

        item.Activity = Activity.Evaluating;
        var context = new EvaluationContext(run.Context, evaluate.Round, parameters);
        var result = await run.Trainer.EvaluateAsync(context, local).ConfigureAwait(false);
        result = await model.AddToAsync(run.Trainer, context, result, local).ConfigureAwait(false);
        local.ThrowIfCancellationRequested();
        TrainerResults.Check(result);
        await ReportAsync(evaluate, result, stopping).ConfigureAwait(false);
    }

    private async Task ReportAsync(EvaluateAssignment evaluate, EvaluationResult result, CancellationToken stopping)
    {
        var report = new ReportEvaluationRequest
        {
            RunId = evaluate.RunId,
            Round = evaluate.Round,
            Version = evaluate.Version,
            NumExamples = result.NumExamples,
        };
        report.Metrics.Add(result.Metrics.ToDictionary());
        try
        {
            await caller.UntilAnsweredAsync(
                $"reporting the evaluation of round {evaluate.Round}",
                async _ => await caller.Link.Api.ReportEvaluationAsync(report, caller.Link.ControlCall(stopping)).ConfigureAwait(false),
                stopping).ConfigureAwait(false);
            ClientLog.Evaluated(caller.Logger, evaluate.Round, evaluate.Version, result.NumExamples, Show(result.Metrics));
        }
        catch (RpcException fault)
        {
            ClientLog.EvaluationRefused(caller.Logger, evaluate.Round, CallFault.Describe(fault, caller.Link.Address));
        }
    }

    private static string Show(IReadOnlyDictionary<string, double> metrics) => string.Join(
        ", ", metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key} {m.Value.ToString("0.####", CultureInfo.InvariantCulture)}"));
}
