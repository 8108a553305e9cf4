using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Core.Rounds;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace FedLearn.Coordinator.Federations;

/// <summary>A federation: all that serves it, over a data folder of its own. What it shares with others are listeners, or nothing.</summary>
internal sealed class FederationApp(WebApplication app, DataFolder folder, CoordinatorOptions options, Authority? authority) : IAsyncDisposable
{
    public WebApplication Host { get; } = app;

    public IServiceProvider Services => Host.Services;

    public DataFolder Folder { get; } = folder;

    public Authority? Authority { get; } = authority;

    /// <summary>A host over a data folder, without what it listens on.</summary>
    public static WebApplicationBuilder NewBuilder(CoordinatorOptions options, DataFolder folder)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = options.Development ? Environments.Development : Environments.Production,
            ContentRootPath = folder.Root,

            // Otherwise the host watches the folder below for changed settings: it would hear of every write to every update.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        if (!options.IsGuest)
        {
            builder.Host.UseSerilog(Logging.Create(options), dispose: true);
        }

        return builder;
    }

    /// <summary>Reads what is there and goes on with open runs. Before listeners: a client that asks must not hear that its run does not exist.</summary>
    public void Open()
    {
        var log = Services.GetRequiredService<CoordinatorLog>();
        if (Migrator.Migrate(Folder, Services.GetRequiredService<CoordinatorDbFactory>(), Services.GetRequiredService<TimeProvider>()) is { } copy)
        {
            log.Migrated(copy);
        }

        _ = Services.GetRequiredService<OperatorToken>();
        _ = Services.GetService<TlsServer>();
        Services.GetRequiredService<LogBook>().Open();
        Services.GetRequiredService<OlderRows>().Sign();
        var runs = Services.GetRequiredService<RunRegistry>();
        runs.ResumeAll();
        if (!options.KeepUpdates)
        {
            LeftoverRounds.Delete(Folder, runs.All.Select(r => r.Id).ToHashSet(StringComparer.Ordinal), log);
        }

        Services.GetRequiredService<CoordinatorMetrics>().Observe(() => runs.All.Count(r => r.State is { Phase: not RunPhase.Over, Paused: null }), () => Folder.Disk.FreeBytes(Folder.Root));
        ConfiguredRuns.Create(options.SpecJsons, runs, Services.GetRequiredService<IRunStore>());
    }

    /// <summary>Lays beside the operators' token what their commands need beside it: who can read the one finds the others.</summary>
    public void TellOperators()
    {
        if (Authority is not null)
        {
            File.WriteAllText(Folder.OperatorAddress, Services.GetRequiredService<PublicAddresses>().Enrolment + "\n");
            File.WriteAllText(Folder.OperatorRoot, Authority.Root.ExportCertificatePem() + "\n");
        }
        else if (File.Exists(Folder.OperatorAddress))
        {
            File.Delete(Folder.OperatorAddress);
            File.Delete(Folder.OperatorRoot);
        }
    }

    /// <summary>Not ready any more, no new work, open uploads finish or can resume.</summary>
    public Task DrainAsync() => Drain.RunAsync(Services, TimeSpan.FromSeconds(options.DrainSeconds));

    public async ValueTask DisposeAsync()
    {
        await StopHealthTimerAsync().ConfigureAwait(false);
        await Host.DisposeAsync().ConfigureAwait(false);
        Folder.Dispose();
    }

    /// <summary>
    /// Of all hosted services the publisher of health checks alone lives on where a host is disposed without being stopped, as after a kill:
    /// its timer would keep everything that the host ever had.
    /// </summary>
    private async Task StopHealthTimerAsync()
    {
        foreach (var service in Services.GetServices<IHostedService>().Where(s => s.GetType().Assembly == typeof(HealthCheckPublisherOptions).Assembly))
        {
            await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
