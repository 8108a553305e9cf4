using System.Globalization;
using System.Text.Json;
using FedLearn.Coordinator;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>The real coordinator, on free loopback ports.</summary>
internal sealed class CoordinatorRole : IRole
{
    public const string RoleName = "coordinator";

    private CoordinatorHost? _host;
    private string _spec = "";

    public async Task<string> StartAsync(IReadOnlyList<string> arguments)
    {
        var settings = JsonSerializer.Deserialize<CoordinatorSettings>(arguments[0])!;
        _spec = settings.Spec;
        var isTls = settings.Certificate is not null || settings.Pki is not null;
        _host = await CoordinatorHost.StartAsync(new CoordinatorOptions
        {
            DataFolder = settings.DataFolder,
            Insecure = !isTls,
            Listen = $"{(isTls ? "https" : "http")}://127.0.0.1:0",
            Operations = "http://127.0.0.1:0",
            Vectors = "http://127.0.0.1:0",
            Pki = settings.Pki,
            Enrolment = "https://127.0.0.1:0",
            TlsCertificate = FileOf(settings, ServerCertificate.CertificateFile),
            TlsKey = FileOf(settings, ServerCertificate.KeyFile),
            SpecJsons = [settings.Spec],
            StorageKeyFile = settings.StorageKeyFile,
            KeepUpdates = settings.KeepUpdates,
            DrainSeconds = 0,

            // Everybody calls from one address, as fast as can be: counted like all requests, and never too many.
            Limits = settings.Pki is not null ? new() : new() { ClientRequestsPerSecond = 1_000_000, AddressRequestsPerSecond = 1_000_000, TotalRequestsPerSecond = 1_000_000, ClientStreams = 1000 },
        });
        return $"{_host.Address} {(settings.Pki is null ? _host.Address : _host.EnrolmentAddress)} {_host.OperatorTokenFile}";
    }

    /// <param name="command">"aggregate RUN ROUND CLIENT..." closes a round once more and answers with the seconds.</param>
    public Task<string> AnswerAsync(string command) => command.Split(' ') is ["aggregate", var run, var round, .. var clients]
        ? Task.FromResult(ReplayAggregation.Run(_host!, _spec, run, int.Parse(round), clients).ToString(CultureInfo.InvariantCulture))
        : throw new ArgumentException($"unknown command: {command}");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }
    }

    private static string? FileOf(CoordinatorSettings settings, string name) =>
        settings.Certificate is { } folder ? Path.Combine(folder, name) : null;
}
