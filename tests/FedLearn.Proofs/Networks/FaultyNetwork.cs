using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace FedLearn.Proofs.Networks;

/// <summary>
/// A federation finishes through a network with every fault on, and its model has the same bits as one that was never disturbed.
/// </summary>
/// <param name="Clients">How many workers take part, all of them in every round.</param>
/// <param name="Rounds">The run's rounds.</param>
/// <param name="Parameters">The model's parameters.</param>
/// <param name="Seed">Where faults strike.</param>
internal sealed record FaultyNetwork(int Clients, int Rounds, int Parameters, int Seed)
{
    // Where vectors take the other road, a connection carries little else than a kilobyte of calls a round.
    private const int LeastBytes = 300;
    private const int ControlBytes = 4000;

    private static readonly LinkFault[] s_faults = [LinkFault.Reset, LinkFault.Stall, LinkFault.HalfOpen];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(20);

    /// <summary>What the proxies counted.</summary>
    public sealed record Outcome(bool SameBits, bool Completed, int Version, string Calls, string Vectors, IReadOnlyList<string> Unstruck);

    public async Task<Outcome> RunAsync()
    {
        var (calm, _) = await RunAsync(_ => new LinkPlan(), _ => new LinkPlan(), null).ConfigureAwait(false);
        NetworkSite? disturbed = null;
        var (version, run) = await RunAsync(PlanOf(salt: 1, within: ControlBytes), PlanOf(salt: 2, within: Parameters * 4L), site => disturbed = site).ConfigureAwait(false);
        return new Outcome(
            version.Digest.Equals(calm.Digest),
            run.Status == RunStatus.Completed,
            version.Version,
            disturbed!.Calls.Figures.ToString(),
            disturbed.Vectors.Figures.ToString(),
            [.. Unstruck("gRPC", disturbed.Calls.Figures), .. Unstruck("vectors", disturbed.Vectors.Figures)]);
    }

    private async Task<(ModelVersion Version, Run Run)> RunAsync(Func<int, LinkPlan> calls, Func<int, LinkPlan> vectors, Action<NetworkSite>? started)
    {
        var site = await NetworkSite.StartAsync(calls, vectors, offersRoad: true, NullLoggerFactory.Instance).ConfigureAwait(false);
        await using var closing = site.ConfigureAwait(false);
        started?.Invoke(site);
        var id = await site.Operator.CreateAsync(OperatorClient.Spec("networks", Parameters, Clients, Rounds, evaluates: true)).ConfigureAwait(false);
        site.AddWorkers(Clients);
        var (run, _) = await site.Operator.FollowAsync(id, s_limit).ConfigureAwait(false);
        return (await site.Operator.NewestAsync(id).ConfigureAwait(false), run);
    }

    /// <summary>Three connections of four suffer a fault, each kind in turn, upstream and downstream, at a byte drawn from the seed.</summary>
    private Func<int, LinkPlan> PlanOf(int salt, long within) => number =>
    {
        var random = new Random((Seed * 1_000_003) + (salt * 7919) + number);
        return new LinkPlan
        {
            Latency = TimeSpan.FromMilliseconds(2),
            BytesPerSecond = 100_000_000,
            Fault = number % 4 == 3 ? LinkFault.None : s_faults[number % 4],
            IsUpstream = random.Next(2) == 0,
            AtByte = (long)(LeastBytes * Math.Pow(within / (double)LeastBytes, random.NextDouble())),
            For = TimeSpan.FromMilliseconds(random.Next(100, 1000)),
        };
    };

    private static IEnumerable<string> Unstruck(string listener, ProxyFigures figures) =>
        s_faults.Where(f => figures.Of(f) == 0).Select(f => $"{f} on {listener}");
}
