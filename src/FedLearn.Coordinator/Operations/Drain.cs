using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Coordinator.Operations;

/// <summary>The orderly stop: not ready, no new work, open uploads finish or can resume, streams end, loops stop.</summary>
internal static class Drain
{
    public static async Task RunAsync(IServiceProvider services, TimeSpan limit)
    {
        var hub = services.GetRequiredService<WatchHub>();
        var uploadsDone = services.GetRequiredService<DrainState>().BeginAsync();
        hub.SendAll(new WatchReply { Draining = new Draining() });
        try
        {
            await uploadsDone.WaitAsync(limit, services.GetRequiredService<TimeProvider>()).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What is left resumes at the next start.
        }

        hub.EndAll();
        var runs = services.GetRequiredService<RunRegistry>();
        foreach (var run in runs.All)
        {
            run.Feed.Changed();
        }

        await runs.DisposeAsync().ConfigureAwait(false);
    }
}
