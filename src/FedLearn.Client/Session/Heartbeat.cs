using FedLearn.Client.Logging;
using FedLearn.Client.Transport;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>Says at the coordinator's interval that the client lives and what it does. A lost beat is nothing: the next one follows.</summary>
internal sealed class Heartbeat(WorkBoard board, ConnectionGate gate, Caller caller)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private long _intervalTicks = TimeSpan.FromSeconds(15).Ticks;

    /// <summary>Takes the interval that the coordinator asked for, between 1 second and 1 hour.</summary>
    public void Every(int seconds) =>
        Interlocked.Exchange(ref _intervalTicks, TimeSpan.FromSeconds(Math.Clamp(seconds, 1, (int)Longest.TotalSeconds)).Ticks);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await gate.WaitAsync(stopping).ConfigureAwait(false);
            await Task.Delay(new TimeSpan(Interlocked.Read(ref _intervalTicks)), caller.Time, stopping).ConfigureAwait(false);
            if (gate.IsOpen)
            {
                await BeatAsync(stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        var current = board.Current;
        var beat = new HeartbeatRequest
        {
            Activity = current?.Activity ?? Activity.Idle,
            RunId = current?.Key.RunId ?? "",
            Round = current?.Key.Round ?? 0,
        };
        try
        {
            await caller.Link.Api.HeartbeatAsync(beat, caller.Link.ControlCall(stopping)).ConfigureAwait(false);
        }
        catch (RpcException fault)
        {
            ClientLog.HeartbeatFailed(caller.Logger, CallFault.Describe(fault, caller.Link.Address));
        }
    }
}
