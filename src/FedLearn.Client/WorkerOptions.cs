using FedLearn.Client.Transport;
using FedLearn.Client.Vault.Keys;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FedLearn.Client;

/// <summary>How a worker takes part in a federation.</summary>
public sealed record WorkerOptions
{
    /// <summary>The coordinator's address for participants: <c>http://host:port</c> or <c>https://host:port</c>, nothing behind it.</summary>
    public required string Coordinator { get; init; }

    /// <summary>
    /// A PEM file with the certificates to trust instead of the system's, for a coordinator on https: its CA's or its own. The name in the
    /// certificate is checked all the same. Default null: what the system trusts.
    /// </summary>
    public string? TrustedCertificate { get; init; }

    /// <summary>
    /// The folder of this client's identity (<see cref="FedLearn.Client.Identity.Enroller"/> makes one), for a coordinator that takes participants by certificate:
    /// it says who the client is and what to trust, and is renewed there. Default null: the client has a token.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>This client's id: 1 to 63 characters of a-z, 0-9 and -, unique in the federation.</summary>
    public required string ClientId { get; init; }

    /// <summary>
    /// The folder for what must outlive the process: sealed the token, the coordinator's key, finished updates without a receipt, and what a
    /// strategy keeps from round to round; not sealed the receipts, which are to be shown to others. Created where
    /// missing; one worker at a time.
    /// </summary>
    public required string StateFolder { get; init; }

    /// <summary>The key under which the state folder is sealed; the vault's own key may serve. It must be able to read.</summary>
    public required KeySource Key { get; init; }

    /// <summary>Which runs this participant agrees to. Default: none, which is a mistake; <see cref="WorkerPolicy.Everything"/> agrees to all.</summary>
    public WorkerPolicy Policy { get; init; } = new();

    /// <summary>How many assignments are worked on at once, 1 to 64. Default 1.</summary>
    public int MaxConcurrent { get; init; } = 1;

    /// <summary>The most optimizer steps that this participant does in a round, whatever the run asks for; 0 = no limit. Default 0.</summary>
    public long MaxSteps { get; init; }

    /// <summary>The most seconds that this participant trains in a round, whatever the run asks for; 0 = no limit. Default 0.</summary>
    public double MaxSeconds { get; init; }

    /// <summary>
    /// Never train: take part in the evaluation of each version that is evaluated, and count for no cohort and no minimum. Default false.
    /// </summary>
    public bool EvaluateOnly { get; init; }

    /// <summary>
    /// The folder to which this client's own values of a run are written when the run is over, as <c>RUN.personal.safetensors</c> and
    /// <c>RUN.local.safetensors</c>, in the clear and readable by this user alone; made where missing. They were trained on the data and tell of it. Default
    /// null: they are forgotten.
    /// </summary>
    public string? ExportOwn { get; init; }

    /// <summary>End once a run was served and none is open any more; otherwise wait for the next one. Default false.</summary>
    public bool ExitWhenDone { get; init; }

    /// <summary>
    /// The public name of the data set version that the trainers read, reported to the operator with each accepted run; null reports none.
    /// </summary>
    public string? DataVersion { get; init; }

    /// <summary>
    /// Whether the coordinator is told how many training examples have each label, where the trainer knows it. It reveals that much of the
    /// data. Default false: the size of the training set alone.
    /// </summary>
    public bool ReportLabelCounts { get; init; }

    /// <summary>What is reported as this client's software, at most 100 characters. Default: this SDK and its version.</summary>
    public string Software { get; init; } = $"fedlearn-dotnet/{typeof(WorkerOptions).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Where the log goes. Default: nowhere.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The first wait after a failed call; it doubles up to <see cref="MaxBackoff"/>.</summary>
    internal TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between attempts.</summary>
    internal TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Is told of every receipt, so that a proof can compare what was promised with what is stored.</summary>
    internal Action<Receipt>? OnReceipt { get; init; }

    /// <summary>Everything that is wrong with these options, one line each; empty where nothing is.</summary>
    public IReadOnlyList<string> Mistakes()
    {
        var mistakes = new List<string>();
        Check(IsAddress(Coordinator), $"{nameof(Coordinator)}: expected http://HOST:PORT or https://HOST:PORT, got '{Coordinator}'");
        Check(TrustMistake() is null, $"{nameof(TrustedCertificate)}: {TrustMistake()}");
        Check(Identity is null || Coordinator?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true, $"{nameof(Identity)}: a certificate needs TLS; write https:// for {Coordinator}, or leave it out");
        Check(Identity is null || TrustedCertificate is null, $"{nameof(TrustedCertificate)}: an identity has the root of its federation; leave the other out");
        Check(IsClientId(ClientId), $"{nameof(ClientId)}: expected 1 to 63 characters of a-z, 0-9 and -, got '{ClientId}'");
        Check(!string.IsNullOrWhiteSpace(StateFolder), $"{nameof(StateFolder)}: expected a folder, got nothing");
        Check(Key is not null, $"{nameof(Key)}: expected a key for the state folder, got nothing");
        Check(MaxConcurrent is >= 1 and <= 64, $"{nameof(MaxConcurrent)}: expected 1 to 64, got {MaxConcurrent}");
        Check(MaxSteps >= 0, $"{nameof(MaxSteps)}: expected 0 (no limit) or more, got {MaxSteps}");
        Check(double.IsFinite(MaxSeconds) && MaxSeconds >= 0, $"{nameof(MaxSeconds)}: expected 0 (no limit) or more, got {MaxSeconds}");
        mistakes.AddRange(Policy.Mistakes().Select(m => $"{nameof(Policy)}.{m}"));
        Check(Software is { Length: <= 100 }, $"{nameof(Software)}: expected at most 100 characters, got {Software?.Length}");
        return mistakes;

        void Check(bool holds, string mistake)
        {
            if (!holds)
            {
                mistakes.Add(mistake);
            }
        }
    }

    private string? TrustMistake()
    {
        if (TrustedCertificate is not { } file)
        {
            return null;
        }

        if (Coordinator?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true)
        {
            return $"a certificate to trust says nothing without TLS; write https:// for {Coordinator}, or leave it out";
        }

        ServerTrust.TryLoad(file, out var mistake);
        return mistake;
    }

    private static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { PathAndQuery: "/", Fragment: "", UserInfo: "" };

    private static bool IsClientId(string? text) =>
        text is { Length: >= 1 and <= 63 } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
