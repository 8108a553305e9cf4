using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>Works off one item of the board. Whatever goes wrong concerns its round alone: the worker declines that and lives on.</summary>
internal sealed class LocalWork(RunBook runs, FitWork fits, EvaluateWork evaluations, UpdateDelivery delivery, Caller caller)
{
    /// <summary>The longest reason that the protocol carries.</summary>
    public const int MaxReason = 500;

    /// <exception cref="OperationCanceledException">The worker stops.</exception>
    public async Task RunAsync(WorkItem item, CancellationToken stopping)
    {
        var started = caller.Time.GetTimestamp();
        using var span = Telemetry.StartStage(NameOf(item.Key.Stage), item.Key.RunId, item.Key.Round, Telemetry.ParentOf(item.Assignment));
        using var local = CancellationTokenSource.CreateLinkedTokenSource(item.Pointless, stopping);
        try
        {
            await DispatchAsync(item, local.Token, stopping).ConfigureAwait(false);
            Telemetry.StageDone(NameOf(item.Key.Stage), caller.Time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (item.Pointless.IsCancellationRequested)
        {
            ClientLog.WorkCancelled(caller.Logger, item.Key.Round, NameOf(item.Key.Stage), item.Reason);
        }
#pragma warning disable CA1031 // The trainer is foreign code and the disk may be full: either concerns this round alone.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var (reason, isExpected) = Explain(fault);
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, reason);
            ClientLog.WorkFailed(caller.Logger, isExpected ? null : fault, item.Key.Round, NameOf(item.Key.Stage), reason);
            await DeclineAsync(item, reason, local.Token, stopping).ConfigureAwait(false);
        }
    }

    private Task DispatchAsync(WorkItem item, CancellationToken local, CancellationToken stopping)
    {
        if (item.Assignment is null)
        {
            item.Activity = Activity.Uploading;
            return delivery.DeliverAsync(new PendingKey(item.Key.RunId, item.Key.Round), fresh: false, stopping);
        }

        if (runs.FindAccepted(item.Key.RunId) is not { } run)
        {
            throw new InvalidDataException("this client did not accept the run");
        }

        return item.Assignment is FitAssignment fit
            ? fits.RunAsync(item, fit, run, local, stopping)
            : evaluations.RunAsync(item, (EvaluateAssignment)item.Assignment, run, local, stopping);
    }

    private (string Reason, bool IsExpected) Explain(Exception fault) => fault switch
    {
        RpcException call => (CallFault.Describe(call, caller.Link.Address), true),
        InvalidDataException or VaultException or IOException => (fault.Message, true),
        _ => ($"{fault.GetType().Name}: {fault.Message}", false),
    };

    private async Task DeclineAsync(WorkItem item, string reason, CancellationToken local, CancellationToken stopping)
    {
        var answer = new AnswerRunRequest
        {
            RunId = item.Key.RunId,
            Round = item.Key.Round,
            Stage = item.Key.Stage,
            DeclineReason = reason.Length > MaxReason ? reason[..MaxReason] : reason,
        };
        try
        {
            await caller.UntilAnsweredAsync(
                $"declining round {item.Key.Round}",
                async _ => await caller.Link.Api.AnswerRunAsync(answer, caller.Link.ControlCall(local)).ConfigureAwait(false),
                local).ConfigureAwait(false);
        }
        catch (RpcException refusal)
        {
            ClientLog.AnswerRefused(caller.Logger, item.Key.RunId, CallFault.Describe(refusal, caller.Link.Address));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The round is over; nobody waits for the decline.
        }
    }

    private static string NameOf(Stage stage) => stage == Stage.Fit ? "training" : "evaluation";
}
