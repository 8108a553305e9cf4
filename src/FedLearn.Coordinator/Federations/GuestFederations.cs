using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace FedLearn.Coordinator.Federations;

/// <summary>
/// The federations that come to the listeners of another, <c>home</c>. Each is a whole coordinator over its own folder: database, blobs, signing key, log,
/// clients, tokens, runs and limits are its own because everything is. One that cannot be opened is named in the log and answers UNAVAILABLE.
/// </summary>
internal sealed class GuestFederations : IAsyncDisposable
{
    private readonly List<FederationApp> _open = [];

    /// <summary>Opens those of a home's folder.</summary>
    public async Task OpenAsync(IReadOnlyList<string> names, FederationApp home, CoordinatorOptions options, TimeProvider time, CoordinatorSeams seams)
    {
        foreach (var name in names)
        {
            FederationApp? guest = null;
            try
            {
                guest = await OpenAsync(options.ForGuest(name), home, time, seams).ConfigureAwait(false);
                _open.Add(guest);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                home.Services.GetRequiredService<CoordinatorLog>().OutOfService(name, e.Message);
                home.Services.GetRequiredService<FederationSwitch>().Add(name, new ClosedFederation(name));
            }
        }
    }

    /// <summary>Says where they are, once their listeners listen.</summary>
    public void TellOperators(CoordinatorLog log)
    {
        foreach (var guest in _open)
        {
            guest.TellOperators();
            log.Serves(guest.Authority!.Federation, guest.Folder.Root, guest.Folder.OperatorToken);
        }
    }

    public Task DrainAsync() => Task.WhenAll(_open.Select(g => g.DrainAsync()));

    /// <summary>Stops their hosts, after the listeners.</summary>
    public async Task StopAsync()
    {
        foreach (var guest in _open)
        {
            await guest.Host.StopAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _open)
        {
            await guest.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<FederationApp> OpenAsync(CoordinatorOptions options, FederationApp home, TimeProvider time, CoordinatorSeams seams)
    {
        var authority = Authority.Load(options.Pki!, time.GetUtcNow(), home.Services.GetRequiredService<CoordinatorOptions>().Pki);
        if (authority.Federation != options.FederationName)
        {
            throw new StartupException($"the issuing authority in {options.Pki} is of federation '{authority.Federation}'; expected '{options.FederationName}', as the folder is called");
        }

        var folder = DataFolder.Open(options.DataFolder, seams.Disk, options.StorageKeyFile);
        FederationApp? guest = null;
        try
        {
            guest = Build(options, authority, folder, home, time, seams);
            guest.Open();
            await guest.Host.StartAsync().ConfigureAwait(false);
            home.Services.GetRequiredService<EnrolmentDesk>().Add(guest.Services.GetRequiredService<Invitations>(), authority);
            home.Services.GetRequiredService<FederationSwitch>().Add(authority.Federation, ((GuestServer)guest.Services.GetRequiredService<IServer>()).Application!);
            return guest;
        }
        catch
        {
            if (guest is not null)
            {
                await guest.DisposeAsync().ConfigureAwait(false);
            }

            folder.Dispose();
            throw;
        }
    }

    private static FederationApp Build(CoordinatorOptions options, Authority authority, DataFolder folder, FederationApp home, TimeProvider time, CoordinatorSeams seams)
    {
        var builder = FederationApp.NewBuilder(options, folder);
        var log = home.Services.GetRequiredService<ILogger>().ForContext(Logging.FederationProperty, options.FederationName);
        builder.Host.UseSerilog(log, dispose: false);
        builder.Services.AddCoordinator(options, folder, time, seams).AddIdentity(authority, tls: null);
        builder.Services.AddSingleton<IServer>(_ => new GuestServer(home.Services.GetRequiredService<IServer>()));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.MapCoordinator(options, takesCertificates: true);
        return new FederationApp(app, folder, options, authority);
    }

    /// <summary>Signals of the process are the home's to hear.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
