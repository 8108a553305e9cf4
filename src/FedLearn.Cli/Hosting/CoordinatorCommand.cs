using System.CommandLine;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.Identity;

namespace FedLearn.Cli.Hosting;

/// <summary><c>fedlearn coordinator</c>.</summary>
internal static class CoordinatorCommand
{
    /// <summary>What the line begins with that <c>--announce</c> prints once the coordinator listens.</summary>
    public const string Announcement = "fedlearn-coordinator ";

    private static readonly CoordinatorOptions s_defaults = new() { DataFolder = "" };

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "The folder for database, models and updates; made where it does not exist.", HelpName = "DIR", Required = true };
        var insecure = Flag("--insecure", "Serve without TLS, participants by token: on loopback only, for trials.");
        var pki = new Option<DirectoryInfo>("--pki") { Description = "The folder 'coordinator' that `fedlearn pki init` made; DATA/pki/coordinator where none is given, made at the first start.", HelpName = "DIR" };
        var hosts = new Option<string[]>("--host") { Description = "A name or address by which the coordinator is called, for its certificate where it makes its authorities itself; may be given several times.", HelpName = "HOST", DefaultValueFactory = _ => PkiCommand.DefaultHosts };
        var federations = new Option<string[]>("--federation") { Description = $"A federation to serve, the coordinator's own first ({PkiFolder.DefaultFederation} where none is given); may be given several times, and further ones are made where they are not there yet. All that are there are served.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var enrolment = Text("--enrolment", "URL", "The address of enrolment and of operators; port 0 takes a free one.", s_defaults.Enrolment);
        var certificateDays = new Option<double>("--certificate-days") { Description = "How long participants' certificates are valid; workers renew them. 0.05 to 30 days.", HelpName = "X", DefaultValueFactory = _ => s_defaults.CertificateLifetime.TotalDays };
        var listen = new Option<string>("--listen")
        {
            Description = "The address for participants, and with --insecure for operators too, then http; port 0 takes a free one.",
            HelpName = "URL",
            DefaultValueFactory = result => result.GetValue(insecure) ? s_defaults.Listen.Replace("https:", "http:") : s_defaults.Listen,
        };
        var vectors = Text("--vectors", "URL", "The address of vectors over HTTP/1.1 with --insecure, otherwise unused; port 0 takes a free one; \"\" leaves vectors to gRPC alone.", s_defaults.Vectors);
        var vectorsUrl = new Option<string>("--vectors-url") { Description = "The base of the vectors' URLs that clients are told, where a proxy stands between; the host that they called otherwise.", HelpName = "URL" };
        var operations = Text("--operations", "URL", "The address of health; port 0 takes a free one.", s_defaults.Operations);
        var runs = new Option<string[]>("--run") { Description = "A run to create at start, unless one of its name exists; may be given several times.", HelpName = "SPEC.json", DefaultValueFactory = _ => [] };
        var development = Flag("--development", "Turn gRPC reflection on, and plain log lines.");
        var plain = Flag("--plain-log", "Log lines for a person instead of compact JSON.");
        var logLevel = LogLevelOption.Create();
        var logFile = File("--log-file", "Also write the log to this file.");
        var heartbeat = new Option<int>("--heartbeat-seconds") { Description = "How often clients say that they live, 1 to 3600 seconds.", HelpName = "N", DefaultValueFactory = _ => s_defaults.HeartbeatSeconds };
        var drain = new Option<double>("--drain-seconds") { Description = "How long a stop waits for open uploads, 0 to 6 seconds.", HelpName = "X", DefaultValueFactory = _ => s_defaults.DrainSeconds };
        var keep = Flag("--keep-updates", "Keep a round's updates after its version is published, for replay.");
        var keepVersions = new Option<int>("--keep-versions") { Description = "Keep only the newest N versions of a run, its best one, and version 0; 0 keeps all.", HelpName = "N", DefaultValueFactory = _ => s_defaults.KeepVersions };
        var reserve = new Option<long>("--disk-reserve-bytes") { Description = "Refuse uploads that would leave less than this free on the disk.", HelpName = "N", DefaultValueFactory = _ => s_defaults.DiskReserveBytes };
        var quota = new Option<long>("--disk-quota-bytes") { Description = "Refuse uploads that would make the data folder larger than this; 0 for no limit.", HelpName = "N", DefaultValueFactory = _ => s_defaults.DiskQuotaBytes };
        var storageKey = StorageKeyOption.Create();
        var page = new PageArguments();
        var limits = new LimitArguments();
        var announce = Flag("--announce", "Print the addresses and the token's file in one line once it listens.");
        announce.Hidden = true;

        var command = new Command("coordinator", "Runs a coordinator until SIGTERM or Ctrl-C, and goes on with its open runs at the next start.")
        {
            data, listen, vectors, vectorsUrl, operations, insecure, runs, development, plain, logLevel, logFile, heartbeat, drain, keep, keepVersions, reserve, quota, announce,
            pki, hosts, federations, enrolment, certificateDays, storageKey,
        };
        page.AddTo(command);
        limits.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            PkiCommand.CheckHosts(result.GetRequiredValue(hosts));
            var options = new CoordinatorOptions
            {
                DataFolder = result.GetRequiredValue(data).FullName,
                StorageKeyFile = result.GetValue(storageKey)?.FullName,
                Listen = result.GetRequiredValue(listen),
                Vectors = result.GetRequiredValue(vectors),
                VectorsUrl = result.GetValue(vectorsUrl),
                Pki = result.GetValue(pki)?.FullName ?? (result.GetValue(insecure) ? null : Path.Combine(result.GetRequiredValue(data).FullName, "pki", "coordinator")),
                PkiHosts = result.GetValue(pki) is null && !result.GetValue(insecure) ? result.GetRequiredValue(hosts) : [],
                Federations = CheckedNames(result.GetRequiredValue(federations)),
                Enrolment = result.GetRequiredValue(enrolment),
                CertificateLifetime = TimeSpan.FromDays(result.GetValue(certificateDays)),
                Operations = result.GetRequiredValue(operations),
                Insecure = result.GetValue(insecure),
                SpecJsons = [.. result.GetRequiredValue(runs).Select(file => SpecInput.Complete(SpecInput.ReadFile(file), []))],
                Development = result.GetValue(development),
                PlainLog = result.GetValue(plain) || result.GetValue(development),
                LogLevel = result.GetValue(logLevel),
                LogFile = result.GetValue(logFile)?.FullName,
                HeartbeatSeconds = result.GetValue(heartbeat),
                DrainSeconds = result.GetValue(drain),
                KeepUpdates = result.GetValue(keep),
                DiskReserveBytes = result.GetValue(reserve),
                DiskQuotaBytes = result.GetValue(quota),
                KeepVersions = result.GetValue(keepVersions),
            };
            var output = result.InvocationConfiguration.Output;
            return await RunAsync(page.Apply(result, limits.Apply(result, options)), result.GetValue(announce) ? output : TextWriter.Null, host => page.Tell(result, host, output), cancellationToken);
        });
        return command.WithExamples(
            "fedlearn coordinator --data /var/lib/fedlearn",
            "fedlearn coordinator --data data --run spec.json --plain-log",
            "fedlearn coordinator --data data --pki pki/coordinator --listen https://0.0.0.0:7070 --enrolment https://0.0.0.0:7073",
            "fedlearn coordinator --data data --host coordinator.example --listen https://0.0.0.0:7070 --enrolment https://0.0.0.0:7073",
            "fedlearn coordinator --data data --storage-key-file /etc/fedlearn/storage.key",
            "fedlearn coordinator --data data --federation hospitals --federation banks",
            "fedlearn coordinator --data data --insecure",
            "fedlearn coordinator --data data --insecure --page http://127.0.0.1:7074");
    }

    private static string[] CheckedNames(string[] federations) => federations.FirstOrDefault(f => !IdentityName.IsPart(f)) is { } wrong
        ? throw new CliException($"--federation: expected 1 to 63 of a-z, 0-9 and '-', got '{wrong}'", ExitCode.Usage)
        : federations;

    private static async Task<int> RunAsync(CoordinatorOptions options, TextWriter announce, Action<CoordinatorHost> tell, CancellationToken cancellationToken)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new CliException(string.Join(Environment.NewLine, problems), ExitCode.Usage);
        }

        await using var host = await CoordinatorHost.StartAsync(options);
        await announce.WriteLineAsync($"{Announcement}{host.Address} {host.OperationsAddress} {host.OperatorTokenFile}");
        tell(host);
        await host.RunAsync(cancellationToken);
        return ExitCode.Ok;
    }

    private static Option<string> Text(string name, string helpName, string description, string fallback) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };

    private static Option<FileInfo> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
