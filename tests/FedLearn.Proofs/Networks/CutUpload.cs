using System.Diagnostics;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace FedLearn.Proofs.Networks;

/// <summary>An upload that is cut again and again resumes, and sends little twice.</summary>
/// <param name="Parameters">The model's parameters; the vector has four bytes for each.</param>
/// <param name="Cuts">How often the connection is reset in the middle of the upload.</param>
/// <param name="OverRoad">Over plain HTTP, or over gRPC.</param>
internal sealed record CutUpload(int Parameters, int Cuts, bool OverRoad)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(20);

    /// <summary>What was sent.</summary>
    /// <param name="Vector">The vector in bytes.</param>
    /// <param name="Sent">All that the client sent, over both listeners, control calls too.</param>
    /// <param name="Resets">The cuts that struck: one more than planned where an idle connection of the client was taken up after the last.</param>
    /// <param name="Completed">Whether the round was published.</param>
    /// <param name="Seconds">From the run's creation to its end.</param>
    public sealed record Outcome(long Vector, long Sent, int Resets, bool Completed, double Seconds)
    {
        /// <summary>What was sent beyond the vector, as its part.</summary>
        public double Excess => ((double)Sent / Vector) - 1;
    }

    public async Task<Outcome> RunAsync()
    {
        NetworkSite? proxies = null;
        var site = await NetworkSite.StartAsync(
            number => OverRoad ? new LinkPlan() : PlanOf(number, proxies!.Calls.Figures),
            number => PlanOf(number, proxies!.Vectors.Figures),
            OverRoad,
            NullLoggerFactory.Instance).ConfigureAwait(false);
        await using var closing = site.ConfigureAwait(false);
        proxies = site;
        var started = Stopwatch.GetTimestamp();
        var id = await site.Operator.CreateAsync(OperatorClient.Spec("cut", Parameters, clients: 1, rounds: 1, evaluates: false)).ConfigureAwait(false);
        site.AddWorkers(1);
        var (run, _) = await site.Operator.FollowAsync(id, s_limit).ConfigureAwait(false);
        return new Outcome(
            Parameters * 4L,
            site.Calls.Figures.BytesUp + site.Vectors.Figures.BytesUp,
            site.Calls.Figures.Of(LinkFault.Reset) + site.Vectors.Figures.Of(LinkFault.Reset),
            run.Status == RunStatus.Completed,
            Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>
    /// Connections are cut after equal parts of the vector, until all cuts are made; which of them carries the vector is the client's
    /// choice. The pace is that of a good network and not of loopback, where a sender is megabytes ahead of what the receiver has taken.
    /// </summary>
    private LinkPlan PlanOf(int number, ProxyFigures figures) => new()
    {
        Latency = TimeSpan.FromMilliseconds(1),
        BytesPerSecond = 125_000_000,
        Fault = figures.Of(LinkFault.Reset) < Cuts ? LinkFault.Reset : LinkFault.None,
        IsUpstream = true,
        AtByte = (Parameters * 4L / (Cuts + 1)) + number,
    };
}
