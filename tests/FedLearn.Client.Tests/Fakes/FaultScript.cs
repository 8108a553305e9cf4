using System.Collections.Concurrent;
using Grpc.Core;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>How the fake misbehaves, in order: each entry is used up by one call.</summary>
internal sealed class FaultScript
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<RpcException>> _refusals = new();

    /// <summary>The next uploads break when this many of the update's bytes are in.</summary>
    public ConcurrentQueue<long> CutUploadsAt { get; } = new();

    /// <summary>The next downloads break when they have sent this many bytes.</summary>
    public ConcurrentQueue<long> CutDownloadsAt { get; } = new();

    /// <summary>How many of the next accepted updates' receipts are lost on the way.</summary>
    public int LoseReceipts { get; set; }

    /// <summary>The next call of this method fails with this status.</summary>
    public void Refuse(string method, StatusCode status, string detail = "scripted") =>
        _refusals.GetOrAdd(method, _ => new()).Enqueue(new RpcException(new Status(status, detail)));

    public void ThrowIfScripted(string method)
    {
        if (_refusals.TryGetValue(method, out var queue) && queue.TryDequeue(out var refusal))
        {
            throw refusal;
        }
    }

    /// <summary>Resets the connection's stream, as a network that fails does.</summary>
    public static void Break(ServerCallContext context) => context.GetHttpContext().Abort();
}
