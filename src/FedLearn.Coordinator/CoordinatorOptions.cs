using System.Net;
using System.Text.Json.Nodes;
using FedLearn.Core.Specs;
using Microsoft.Extensions.Logging;

namespace FedLearn.Coordinator;

/// <summary>The coordinator's settings. <see cref="Problems"/> validates all of them at once.</summary>
public sealed partial record CoordinatorOptions
{
    /// <summary>Where the database, the models and the updates lie; made where it does not exist. Required.</summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// The file of the key under which models, server state and updates are sealed on the disk: 32 random bytes that only their owner may read, not in
    /// the data folder; made where it does not exist and nothing is sealed yet. Default null: they are not sealed.
    /// </summary>
    public string? StorageKeyFile { get; init; }

    /// <summary>
    /// The address for participants, https://ADDRESS:PORT with <see cref="Pki"/>; or for participants and operators, http://ADDRESS:PORT with
    /// <see cref="Insecure"/>. Port 0 takes a free one. Default https://127.0.0.1:7070.
    /// </summary>
    public string Listen { get; init; } = "https://127.0.0.1:7070";

    /// <summary>
    /// The address of vectors over HTTP/1.1, which without TLS needs a port of its own; port 0 takes a free one. With TLS vectors come to
    /// <see cref="Listen"/> too, and this is not used but for its being empty. Empty turns that road off. Default http://127.0.0.1:7072.
    /// </summary>
    public string Vectors { get; init; } = "http://127.0.0.1:7072";

    /// <summary>
    /// The base of the URLs of vectors that clients are told, or null: the host by which the caller came, with the port of
    /// <see cref="Vectors"/>. To be given where a proxy or a port mapping stands between. Default null.
    /// </summary>
    public string? VectorsUrl { get; init; }

    /// <summary>
    /// A PEM file with the server's certificate, its issuers after it, or null. With it <see cref="Listen"/> serves TLS to participants with tokens:
    /// for measuring what certificates of theirs cost. Default null.
    /// </summary>
    public string? TlsCertificate { get; init; }

    /// <summary>The PEM file with the certificate's private key. Given with <see cref="TlsCertificate"/> and only then.</summary>
    public string? TlsKey { get; init; }

    /// <summary>
    /// The folder <c>coordinator</c> of a federation's authorities (<see cref="Identity.PkiFolder"/>). With it participants come with
    /// certificates over TLS 1.3 to <see cref="Listen"/>, and tokens of theirs do not exist. Default null: to be given, or <see cref="Insecure"/>.
    /// </summary>
    public string? Pki { get; init; }

    /// <summary>
    /// The names and addresses by which the coordinator is called: with them authorities are made, in the folder above <see cref="Pki"/>, where there
    /// are none yet. Default none: they must be there.
    /// </summary>
    public IReadOnlyList<string> PkiHosts { get; init; } = [];

    /// <summary>
    /// The address of enrolment and of operators, with <see cref="Pki"/> and only then: https://ADDRESS:PORT; port 0 takes a free one.
    /// Default https://127.0.0.1:7073.
    /// </summary>
    public string Enrolment { get; init; } = "https://127.0.0.1:7073";

    /// <summary>
    /// The federations to serve, the coordinator's own first: where the authorities are made, it gets that name; the others are made where they are
    /// not there yet, which takes the root's key beside <see cref="Pki"/>. Whatever else lies in <c>federations</c> of the data folder is served too.
    /// Default none: what is there.
    /// </summary>
    public IReadOnlyList<string> Federations { get; init; } = [];

    /// <summary>
    /// The operators' page: null, the default, serves it on <see cref="Enrolment"/> where there are authorities, and nowhere otherwise;
    /// https://ADDRESS:PORT gives it an address of its own, http://ADDRESS:PORT one without TLS, on loopback only; empty serves no page. Port 0 takes a free one.
    /// </summary>
    public string? Page { get; init; }

    /// <summary>A PEM file with the certificate of <see cref="Page"/>, its issuers after it; null, the default, shows the coordinator's own.</summary>
    public string? PageCertificate { get; init; }

    /// <summary>The PEM file with that certificate's key. Given with <see cref="PageCertificate"/> and only then.</summary>
    public string? PageKey { get; init; }

    /// <summary>Where browsers find the page, where a proxy stands between: its scheme decides whether cookies want TLS, its path is taken off requests that carry it. Default null.</summary>
    public string? PageUrl { get; init; }

    /// <summary>
    /// Fills in, for a spec that somebody typed into the page, what the coordinator does not know: <c>model.tensors</c> of the kinds that are built into
    /// participants. Returns mistakes. Default null: specs are taken as they are.
    /// </summary>
    public Func<JsonObject, IReadOnlyList<SpecMistake>>? CompleteSpec { get; init; }

    /// <summary>How long participants' certificates are valid, 1 hour to 30 days. Default 7 days.</summary>
    public TimeSpan CertificateLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most connections at once over all addresses, 1 to 1,000,000; more are closed as they come. Default 20,000.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>The address of health, loopback unless told otherwise; port 0 takes a free one. Default http://127.0.0.1:7071.</summary>
    public string Operations { get; init; } = "http://127.0.0.1:7071";

    /// <summary>
    /// The bytes that all running uploads may hold in memory together, in windows and buffers, 8 MiB to 64 GiB; more uploads wait for their
    /// turn. Default 64 MiB.
    /// </summary>
    public long UploadBudgetBytes { get; init; } = 64L << 20;

    /// <summary>What a caller may cost the others.</summary>
    public CoordinatorLimits Limits { get; init; } = new();

    /// <summary>Serves participants, by token, and operators without TLS, on loopback only. Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary>
    /// Run specs to create at start, unless a run of that name exists already: JSON texts with <c>model.tensors</c> filled in. Default none.
    /// </summary>
    public IReadOnlyList<string> SpecJsons { get; init; } = [];

    /// <summary>Turns gRPC reflection on. Default false.</summary>
    public bool Development { get; init; }

    /// <summary>Logs plain lines for a person instead of compact JSON. Default false.</summary>
    public bool PlainLog { get; init; }

    /// <summary>The least level that is logged, of the coordinator's own events. Default Information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Also write the log to this file, in the same form as to the console, or null.</summary>
    public string? LogFile { get; init; }

    /// <summary>How often clients are asked to call Heartbeat, in seconds, 1 to 3600. Default 15.</summary>
    public int HeartbeatSeconds { get; init; } = 15;

    /// <summary>How long a stop waits for open uploads, in seconds, 0 to 6: with the rest of the stop a drain ends within 10 s. Default 5.</summary>
    public double DrainSeconds { get; init; } = 5;

    /// <summary>Keep a round's updates after its version is published, for replay. Default false.</summary>
    public bool KeepUpdates { get; init; }

    /// <summary>
    /// Bytes of the data folder's disk that uploads leave free, for rows and versions, at least 0: one that would leave less is refused
    /// before its first byte. Default 1 GiB.
    /// </summary>
    public long DiskReserveBytes { get; init; } = 1L << 30;

    /// <summary>The most bytes that the data folder may hold with what uploads bring, at least 0; 0 = no such limit. Default 0.</summary>
    public long DiskQuotaBytes { get; init; }

    /// <summary>How many of a run's newest versions to keep, at least 1, version 0 and the best one beside them; 0 = all. Default 0.</summary>
    public int KeepVersions { get; init; }

    /// <summary>The federation's name, for the log and the metrics; null where the coordinator serves one alone.</summary>
    internal string? FederationName { get; init; }

    /// <summary>Whether the federation comes to the listeners of another.</summary>
    internal bool IsGuest { get; init; }

    /// <summary>What the federation's tokens begin with.</summary>
    internal string TokenPrefix => IsGuest ? $"{FederationName}." : "";

    /// <summary>Whether participants and operators are served over TLS.</summary>
    internal bool UsesTls => TlsCertificate is not null || Pki is not null;

    /// <summary>Whether the page has an address of its own.</summary>
    internal bool PageHasListener => Page is { Length: > 0 };

    /// <summary>Whether the page is served where participants enrol.</summary>
    internal bool PageAtEnrolment => Page is null && Pki is not null;

    /// <summary>Whether vectors may go over HTTP beside gRPC.</summary>
    internal bool OffersVectors => Vectors.Length > 0;

    /// <summary>The endpoint of an address such as http://127.0.0.1:7070.</summary>
    internal static IPEndPoint EndPointOf(string address)
    {
        var uri = new Uri(address);
        return new IPEndPoint(AddressOf(uri) ?? throw new ArgumentException($"not an IP address: {address}", nameof(address)), uri.Port);
    }

    private static IPAddress? AddressOf(Uri uri) =>
        uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) ? ip : null;
}
