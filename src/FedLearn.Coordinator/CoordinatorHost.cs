using System.Net.Sockets;
using System.Security.Cryptography;
using FedLearn.Coordinator.Dashboard;
using FedLearn.Coordinator.Dashboard.Signing;
using FedLearn.Coordinator.Federations;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FedLearn.Coordinator;

/// <summary>A coordinator in this process: from its data folder to its listeners.</summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    private const int MinThreads = 16;

    private readonly FederationApp _home;
    private readonly GuestFederations _guests = new();
    private readonly CoordinatorOptions _options;

    private CoordinatorHost(FederationApp home, CoordinatorOptions options) => (_home, _options) = (home, options);

    /// <summary>The address that serves participants and operators, with the port that was taken.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The address of vectors over HTTP, with the port that was taken; empty where that road is off.</summary>
    public string VectorsAddress { get; private set; } = "";

    /// <summary>The address of enrolment and operators, with the port that was taken; empty where participants come with tokens.</summary>
    public string EnrolmentAddress { get; private set; } = "";

    /// <summary>The address of health, with the port that was taken.</summary>
    public string OperationsAddress { get; private set; } = "";

    /// <summary>The address of the operators' page, with the port that was taken; empty where it is not served.</summary>
    public string PageAddress { get; private set; } = "";

    /// <summary>The file with the operators' token.</summary>
    public string OperatorTokenFile => _home.Folder.OperatorToken;

    /// <summary>What it is made of, for the benchmark that closes a round once more.</summary>
    internal IServiceProvider Services => _home.Services;

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
            time ??= TimeProvider.System;
            var authority = AuthorityFolder.Load(options, time.GetUtcNow(), out var made);
            var guests = options.Pki is null ? [] : FederationFolders.List(options.DataFolder);
            options = guests.Count == 0 || authority is null ? options : options.Share(authority.Federation, guests.Count + 1);
            host = new CoordinatorHost(Build(options, certificate, authority, folder, time, seams, guests), options);
            host._home.Open();
            await host._guests.OpenAsync(guests, host._home, options, time, seams).ConfigureAwait(false);
            await host.ListenAsync().ConfigureAwait(false);
            host.Tell(certificate, made);
            return host;
        }
        catch (Exception e)
        {
            if (host is not null)
            {
                await host.DisposeAsync().ConfigureAwait(false);
            }

            folder.Dispose();
            if (e is StoredDataException)
            {
                throw new StartupException(e.Message, e);
            }

            throw;
        }
    }

    /// <summary>Where a browser finds the page: as the settings say, otherwise by a name that is this machine's own.</summary>
    public string PageUrl => PageAddress.Length == 0 ? "" : PageLinks.Base(PageAddress, _options.PageUrl, _home.Services.GetService<Authority>()?.Hosts);

    /// <summary>The SHA-256 fingerprint of the page's certificate, where it is the federation's own, which no browser knows; otherwise null.</summary>
    public string? PageFingerprint => PageAddress.StartsWith("https:", StringComparison.Ordinal) && _options.PageCertificate is null && _home.Services.GetService<TlsServer>() is { } tls
        ? string.Join(':', tls.Current().TargetCertificate.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2")))
        : null;

    /// <summary>A link that signs an operator in once, within 15 minutes. It is a secret: for the terminal, and for no log.</summary>
    public string MakeSignInLink() => $"{PageUrl}signin?word={_home.Services.GetRequiredService<SignInLink>().Make()}";

    /// <summary>Runs until the process is asked to stop (SIGTERM, Ctrl-C) or the token is cancelled, then drains.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var stop = new TaskCompletionSource();
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var onToken = cancellationToken.Register(() => stop.TrySetResult());
        using var onSignal = lifetime.ApplicationStopping.Register(() => stop.TrySetResult());
        await stop.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Drains and stops: not ready, no new work, open uploads finish or can resume.</summary>
    public async Task StopAsync()
    {
        var log = Services.GetRequiredService<CoordinatorLog>();
        log.Draining(_options.DrainSeconds);
        await Task.WhenAll(_home.DrainAsync(), _guests.DrainAsync()).ConfigureAwait(false);
        await _home.Host.StopAsync().ConfigureAwait(false);
        await _guests.StopAsync().ConfigureAwait(false);
        log.Stopped();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _guests.DisposeAsync().ConfigureAwait(false);
        await _home.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A sync blocks its thread, and the pool is slow to notice: it may have this many at once, whatever the processors.</summary>
    private static void GiveSyncsThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completions);
    }

    private static FederationApp Build(
        CoordinatorOptions options, ServerCertificate? certificate, Authority? authority, DataFolder folder, TimeProvider time, CoordinatorSeams seams, IReadOnlyList<string> guests)
    {
        var builder = FederationApp.NewBuilder(options, folder);
        var tls = authority is null ? null : new TlsServer(authority, time, AuthorityFolder.IssuingOf(options, guests));
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options, certificate, tls));
        builder.Services.AddCoordinator(options, folder, time, seams).AddIdentity(authority, tls);
        if (guests.Count > 0)
        {
            SharedServer.Use(builder.Services, new FederationSwitch());
        }

        var app = builder.Build();
        app.MapCoordinator(options, takesCertificates: authority is not null);
        return new FederationApp(app, folder, options, authority);
    }

    private void Tell(ServerCertificate? certificate, string? madeAuthorities)
    {
        var (log, authority) = (Services.GetRequiredService<CoordinatorLog>(), _home.Authority);
        _home.TellOperators();
        log.Started(BuildInfo.Version, Address, VectorsAddress.Length > 0 ? VectorsAddress : "no HTTP address", OperationsAddress, _home.Folder.Root);
        if (madeAuthorities is not null)
        {
            log.AuthoritiesMade(madeAuthorities, Path.Combine(madeAuthorities, "root"));
        }

        if (PageAddress.StartsWith("http:", StringComparison.Ordinal))
        {
            log.InsecurePage(PageAddress);
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

        _guests.TellOperators(log);
    }

    private async Task ListenAsync()
    {
        try
        {
            await _home.Host.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartupException($"{Wanted} is in use by another process; stop it, or give another address (--listen, --enrolment, --vectors, --operations)", e);
        }
        catch (SocketException e)
        {
            throw new StartupException($"cannot listen on {Wanted}: {e.Message}; give another address (--listen, --enrolment, --vectors, --operations)", e);
        }

        var addresses = _home.Host.Urls.ToList();
        (Address, OperationsAddress) = (addresses[0], addresses[1]);
        EnrolmentAddress = _options.Pki is null ? "" : addresses[Listeners.EnrolmentIndex];
        PageAddress = _options.PageHasListener ? addresses[^1] : _options.PageAtEnrolment ? EnrolmentAddress : "";
        VectorsAddress = !_options.OffersVectors ? "" : _options.UsesTls ? Address : addresses[Listeners.VectorsIndex];
    }

    private string Wanted => _options.Pki is not null ? $"{_options.Listen}, {_options.Enrolment} or {_options.Operations}"
        : _options is { OffersVectors: true, UsesTls: false }
        ? $"{_options.Listen}, {_options.Vectors} or {_options.Operations}"
        : $"{_options.Listen} or {_options.Operations}";
}
