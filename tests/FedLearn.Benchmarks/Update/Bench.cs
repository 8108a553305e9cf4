using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update;

/// <summary>What the rows share: the options, folders that are deleted at the end, and the processes they start.</summary>
internal sealed class Bench(UpdateOptions options) : IDisposable
{
    private readonly string _root = Directory.CreateDirectory(Path.Combine(options.Folder, $"fedlearn-bench-{Environment.ProcessId}")).FullName;
    private int _folders;

    public UpdateOptions Options => options;

    /// <summary>The certificate of the servers; null without TLS.</summary>
    public ServerCertificate? Certificate { get; } = options.Tls ? ServerCertificate.Create() : null;

    /// <summary>A new empty folder.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_root, $"{_folders++}")).FullName;

    /// <summary>Starts a coordinator with one run: all clients take part in every round, and rounds follow each other without end.</summary>
    public Task<CoordinatorProcess> StartCoordinatorAsync(long parameters, int clients, bool keepUpdates = false, bool isSealed = false, string? pki = null) =>
        CoordinatorProcess.StartAsync(new CoordinatorSettings
        {
            DataFolder = NewFolder(),
            Spec = RunSpecs.Endless(parameters, clients),
            KeepUpdates = keepUpdates,
            StorageKeyFile = isSealed ? Path.Combine(NewFolder(), "storage.key") : null,
            Pki = pki,
            Certificate = pki is null ? WriteCertificate() : null,
        });

    /// <summary>Starts the socket loop that receives, hashes, writes and syncs: the bare sink.</summary>
    public Task<RoleProcess> StartSinkAsync() => RoleProcess.StartRoleAsync(SocketRole.RoleName, NewFolder(), WriteCertificate() ?? "");

    /// <summary>Starts the socket loop that receives, or sends, and does nothing else.</summary>
    public Task<RoleProcess> StartSocketAsync() => RoleProcess.StartRoleAsync(SocketRole.RoleName, "", WriteCertificate() ?? "");

    /// <summary>Starts the stock unary service.</summary>
    public Task<RoleProcess> StartUnaryAsync() => RoleProcess.StartRoleAsync(UnaryRole.RoleName, WriteCertificate() ?? "");

    public void Dispose()
    {
        Certificate?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>A new folder with the certificate's files, or null without TLS.</summary>
    public string? WriteCertificate() => Certificate?.WriteTo(NewFolder());
}
