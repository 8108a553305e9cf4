using System.Net.Sockets;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace FedLearn.Coordinator;

/// <summary>A coordinator in this process: from its data folder to its listeners.</summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    private const int MinThreads = 16;

    private readonly WebApplication _app;
    private readonly DataFolder _folder;
    private readonly CoordinatorOptions _options;

    private CoordinatorHost(WebApplication app, DataFolder folder, CoordinatorOptions options) => (_app, _folder, _options) = (app, folder, options);

    /// <summary>The address that serves participants and operators, with the port that was taken.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The address of vectors over HTTP, with the port that was taken; empty where that road is off.</summary>
    public string VectorsAddress { get; private set; } = "";

    /// <summary>The address of enrolment and operators, with the port that was taken; empty where participants come with tokens.</summary>
    public string EnrolmentAddress { get; private set; } = "";

    /// <summary>The address of health, with the port that was taken.</summary>
    public string OperationsAddress { get; private set; } = "";

    /// <summary>The file with the operators' token.</summary>
    public string OperatorTokenFile => _folder.OperatorToken;

    /// <summary>What it is made of, for the benchmark that closes a round once more.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>Opens the data folder, goes on with open runs, and listens.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock; the system's where none is given.</param>
    /// <exception cref="StartupException">It cannot start; the message says why and what to do.</exception>
    public static Task<CoordinatorHost> StartAsync(CoordinatorOptions options, TimeProvider? time = null) =>
        StartAsync(options, time, null);

    /// <summary>The same, with other things in the place of the machine below.</summary>
    internal static async Task<CoordinatorHost> StartAsync(CoordinatorOptions options, TimeProvider? time, CoordinatorSeams? seams)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new StartupException(string.Join(Environment.NewLine, problems));
        }

        seams ??= new CoordinatorSeams();
        GiveSyncsThreads();
        var certificate = ServerCertificate.Load(options);
        var folder = DataFolder.Open(options.DataFolder, seams.Disk, options.StorageKeyFile);
        CoordinatorHost? host = null;
        try
        {
            var authority = LoadAuthority(options, (time ?? TimeProvider.System).GetUtcNow(), out var made);
            host = new CoordinatorHost(Build(options, certificate, authority, folder, time ?? TimeProvider.System, seams), folder, options);
            await host.StartAsync(certificate, authority, made).ConfigureAwait(false);
            return host;
        }
        catch (Exception e)
        {
            if (host is not null)
            {
                await host._app.DisposeAsync().ConfigureAwait(false);
            }

            folder.Dispose();
            if (e is StoredDataException)
            {
                throw new StartupException(e.Message, e);
            }

            throw;
        }
    }

    private static Authority? LoadAuthority(CoordinatorOptions options, DateTimeOffset now, out string? made)
    {
        made = null;
        if (options.Pki is not { } pki)
        {
            return null;
        }

        if (options.PkiHosts.Count > 0 && !Directory.Exists(pki))
        {
            made = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(pki)))!;
            PkiFolder.Create(made, PkiFolder.DefaultFederation, options.PkiHosts, now);
        }

        return Authority.Load(pki, now);
    }

    /// <summary>Runs until the process is asked to stop (SIGTERM, Ctrl-C) or the token is cancelled, then drains.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var stop = new TaskCompletionSource();
        var lifetime = _app.Services.GetRequiredService<IHostApplicationLifetime>();
        using var onToken = cancellationToken.Register(() => stop.TrySetResult());
        using var onSignal = lifetime.ApplicationStopping.Register(() => stop.TrySetResult());
        await stop.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Drains and stops: not ready, no new work, open uploads finish or can resume.</summary>
    public async Task StopAsync()
    {
        var log = _app.Services.GetRequiredService<CoordinatorLog>();
        log.Draining(_options.DrainSeconds);
        await Drain.RunAsync(_app.Services, TimeSpan.FromSeconds(_options.DrainSeconds)).ConfigureAwait(false);
        await _app.StopAsync().ConfigureAwait(false);
        log.Stopped();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopHealthTimerAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    /// <summary>
    /// Of all hosted services the publisher of health checks alone lives on where a host is disposed without being stopped, as after a kill:
    /// its timer would keep everything that the host ever had.
    /// </summary>
    private async Task StopHealthTimerAsync()
    {
        foreach (var service in _app.Services.GetServices<IHostedService>().Where(s => s.GetType().Assembly == typeof(HealthCheckPublisherOptions).Assembly))
        {
            await service.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>A sync blocks its thread, and the pool is slow to notice: it may have this many at once, whatever the processors.</summary>
    private static void GiveSyncsThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
    }

    private static WebApplication Build(CoordinatorOptions options, ServerCertificate? certificate, Authority? authority, DataFolder folder, TimeProvider time, CoordinatorSeams seams)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = options.Development ? Environments.Development : Environments.Production,
            ContentRootPath = folder.Root,

            // Otherwise the host watches the folder below for changed settings: it would hear of every write to every update.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Host.UseSerilog(Logging.Create(options), dispose: true);
        var tls = authority is null ? null : new TlsServer(authority, time);
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options, certificate, tls));
        builder.Services.AddCoordinator(options, folder, time, seams).AddIdentity(authority, tls);

        var app = builder.Build();
        app.MapCoordinator(options, takesCertificates: authority is not null);
        return app;
    }

    private async Task StartAsync(ServerCertificate? certificate, Authority? authority, string? madeAuthorities)
    {
        var services = _app.Services;
        var log = services.GetRequiredService<CoordinatorLog>();
        if (Migrator.Migrate(_folder, services.GetRequiredService<CoordinatorDbFactory>(), services.GetRequiredService<TimeProvider>()) is { } copy)
        {
            log.Migrated(copy);
        }

        // Runs come before listeners: a client that asks must not hear that its run does not exist.
        _ = services.GetRequiredService<OperatorToken>();
        _ = services.GetService<TlsServer>();
        services.GetRequiredService<LogBook>().Open();
        services.GetRequiredService<OlderRows>().Sign();
        var runs = services.GetRequiredService<RunRegistry>();
        runs.ResumeAll();
        if (!_options.KeepUpdates)
        {
            LeftoverRounds.Delete(_folder, runs.All.Select(r => r.Id).ToHashSet(StringComparer.Ordinal), log);
        }

        ConfiguredRuns.Create(_options.SpecJsons, runs, services.GetRequiredService<IRunStore>());
        await ListenAsync().ConfigureAwait(false);
        TellOperators(authority);
        log.Started(BuildInfo.Version, Address, VectorsAddress.Length > 0 ? VectorsAddress : "no HTTP address", OperationsAddress, _folder.Root);
        if (madeAuthorities is not null)
        {
            log.AuthoritiesMade(madeAuthorities, Path.Combine(madeAuthorities, "root"));
        }

        if (authority is not null)
        {
            log.Certified(Address, authority.Federation, EnrolmentAddress, string.Join(", ", authority.Hosts));
        }
        else if (certificate is not null)
        {
            log.Encrypted(Address, certificate.Leaf.Subject, certificate.Leaf.NotAfter);
        }
        else if (_options.Insecure)
        {
            log.Insecure(Address);
        }
    }

    /// <summary>Lays beside the operators' token what their commands need beside it: who can read the one finds the others.</summary>
    private void TellOperators(Authority? authority)
    {
        if (authority is not null)
        {
            File.WriteAllText(_folder.OperatorAddress, _app.Services.GetRequiredService<PublicAddresses>().Enrolment + "\n");
            File.WriteAllText(_folder.OperatorRoot, authority.Root.ExportCertificatePem() + "\n");
        }
        else if (File.Exists(_folder.OperatorAddress))
        {
            File.Delete(_folder.OperatorAddress);
            File.Delete(_folder.OperatorRoot);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            await _app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartupException($"{Wanted} is in use by another process; stop it, or give another address (--listen, --enrolment, --vectors, --operations)", e);
        }
        catch (SocketException e)
        {
            throw new StartupException($"cannot listen on {Wanted}: {e.Message}; give another address (--listen, --enrolment, --vectors, --operations)", e);
        }

        var addresses = _app.Urls.ToList();
        (Address, OperationsAddress) = (addresses[0], addresses[1]);
        EnrolmentAddress = _options.Pki is null ? "" : addresses[Listeners.EnrolmentIndex];
        VectorsAddress = !_options.OffersVectors ? "" : _options.UsesTls ? Address : addresses[Listeners.VectorsIndex];
    }

    private string Wanted => _options.Pki is not null ? $"{_options.Listen}, {_options.Enrolment} or {_options.Operations}"
        : _options is { OffersVectors: true, UsesTls: false }
        ? $"{_options.Listen}, {_options.Vectors} or {_options.Operations}"
        : $"{_options.Listen} or {_options.Operations}";
}
