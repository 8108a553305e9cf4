using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Client;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Benchmarks.Update.Sdk;

/// <summary>Workers of the real SDK in this process, each with its own connection and state folder.</summary>
internal sealed class SdkWorkers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _workers;

    public SdkWorkers(Bench bench, CoordinatorProcess coordinator, int count)
    {
        var folder = bench.NewFolder();
        var trusted = bench.WriteCertificate() is { } certificate ? Path.Combine(certificate, ServerCertificate.CertificateFile) : null;
        _workers = [.. Enumerable.Range(0, count).Select(i => Task.Run(() => FederationClient.RunAsync(
            OptionsOf(coordinator, folder, i, trusted), [new ConstantTrainer((i + 1) * 1e-4f)], _stop.Token)))];
    }

    /// <summary>Ends when a worker ends by itself, which none should.</summary>
    public async Task FirstEndAsync() => await await Task.WhenAny(_workers);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static WorkerOptions OptionsOf(CoordinatorProcess coordinator, string folder, int number, string? trusted) => new()
    {
        TrustedCertificate = trusted,
        Coordinator = coordinator.Address.GetLeftPart(UriPartial.Authority),
        ClientId = $"client-{number:0000}",
        StateFolder = Path.Combine(folder, $"{number}"),
        Policy = WorkerPolicy.Everything,
        Key = KeySource.FromKeyFile(Path.Combine(folder, $"{number}.key")),
    };
}
