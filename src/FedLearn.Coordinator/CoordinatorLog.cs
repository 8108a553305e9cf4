using System.Collections.Immutable;
using System.Globalization;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Rounds;
using Microsoft.Extensions.Logging;

namespace FedLearn.Coordinator;

/// <summary>Every message of the coordinator, with its stable event id (docs/operations.md lists them).</summary>
internal sealed partial class CoordinatorLog(ILogger<CoordinatorLog> logger)
{
    private const int MaxNamed = 20;

    [LoggerMessage(1000, LogLevel.Information, "Coordinator {Version} serves participants and operators on {Listen}, vectors on {Vectors}, health on {Operations}, data in {Data}")]
    public partial void Started(string version, string listen, string vectors, string operations, string data);

    [LoggerMessage(1001, LogLevel.Warning, "INSECURE: nothing on {Listen} is encrypted, and who first takes a client's id has it; for trials on one machine only")]
    public partial void Insecure(string listen);

    [LoggerMessage(1002, LogLevel.Information, "Stopping: not ready any more, no new work; open uploads have {Seconds} s to finish and resume at the next start")]
    public partial void Draining(double seconds);

    [LoggerMessage(1003, LogLevel.Information, "Stopped")]
    public partial void Stopped();

    [LoggerMessage(1004, LogLevel.Information, "Database migrated; a copy of the older one is {Copy}")]
    public partial void Migrated(string copy);

    [LoggerMessage(1005, LogLevel.Critical, "{Message}")]
    public partial void Fatal(Exception exception, string message);

    [LoggerMessage(1006, LogLevel.Information, "TLS: {Listen} shows the certificate of {Subject}, valid until {Until}; callers prove who they are by token, certificates of clients are not asked for yet")]
    public partial void Encrypted(string listen, string subject, DateTime until);

    [LoggerMessage(1007, LogLevel.Information, "TLS with certificates: {Listen} takes participants of federation {Federation} by certificate; {Enrolment} takes enrolment, and operators by token; the coordinator is called {Hosts}")]
    public partial void Certified(string listen, string federation, string enrolment, string hosts);

    [LoggerMessage(1008, LogLevel.Warning, "New authorities of the federation are in {Folder}; take {Root}, which holds the root's key, to an offline place: the coordinator does not need it")]
    public partial void AuthoritiesMade(string folder, string root);

    [LoggerMessage(1009, LogLevel.Critical, "Federation {Name} is out of service, every other one is served: {Reason}")]
    public partial void OutOfService(string name, string reason);

    [LoggerMessage(1014, LogLevel.Information, "Federation {Name} is served too, data in {Data}; its operators' token is {Token}")]
    public partial void Serves(string name, string data, string token);

    [LoggerMessage(1010, LogLevel.Information, "Client {Client} joined the federation ({Software})")]
    public partial void ClientJoined(string client, string software);

    [LoggerMessage(1011, LogLevel.Information, "Client {Client} is online")]
    public partial void ClientOnline(string client);

    [LoggerMessage(1012, LogLevel.Information, "Client {Client} is offline")]
    public partial void ClientOffline(string client);

    [LoggerMessage(1013, LogLevel.Warning, "Refused a call to {Method}: {Reason}")]
    public partial void CallRefused(string method, string reason);

    [LoggerMessage(1015, LogLevel.Warning, "Refused {Calls} more calls from {Addresses} addresses within {Seconds} s, the last to {Method}: {Reason}")]
    public partial void CallsRefused(long calls, int addresses, double seconds, string method, string reason);

    [LoggerMessage(1020, LogLevel.Information, "Client {Client} is invited to enrol until {Until}")]
    public partial void Invited(string client, DateTime until);

    [LoggerMessage(1021, LogLevel.Information, "Client {Client} enrolled; its certificate is valid until {Until}")]
    public partial void Enrolled(string client, DateTime until);

    [LoggerMessage(1022, LogLevel.Information, "Client {Client} renewed its certificate, valid until {Until}")]
    public partial void Renewed(string client, DateTime until);

    [LoggerMessage(1023, LogLevel.Warning, "Client {Client} is revoked; {Certificates} valid certificates ended")]
    public partial void Revoked(string client, int certificates);

    [LoggerMessage(1025, LogLevel.Information, "{Name} has the token of {Role} until {Until}")]
    public partial void TokenCreated(string name, string role, DateTime until);

    [LoggerMessage(1026, LogLevel.Information, "The token of {Name} is deleted")]
    public partial void TokenDeleted(string name);

    [LoggerMessage(1030, LogLevel.Information, "{Name} signed in to the page")]
    public partial void SignedIn(string name);

    [LoggerMessage(1031, LogLevel.Warning, "Refused to sign somebody in to the page: {Reason}")]
    public partial void SignInRefused(string reason);

    [LoggerMessage(1032, LogLevel.Warning, "INSECURE: the operators' page on {Page} is not encrypted; for trials on one machine, or behind a proxy on it that speaks TLS")]
    public partial void InsecurePage(string page);

    [LoggerMessage(1024, LogLevel.Warning, "Refused an enrolment as {Client}: the invitation {Reason}")]
    public partial void EnrolmentRefused(string client, string reason);

    [LoggerMessage(1100, LogLevel.Information, "Run {Run} ({RunId}) is open: {Phase}, last round {Round}, version {Version}")]
    public partial void RunOpen(string run, string runId, string phase, int round, int version);

    [LoggerMessage(1101, LogLevel.Information, "Run {Run} waits for {WaitingFor}")]
    public partial void RunWaits(string run, string waitingFor);

    [LoggerMessage(1102, LogLevel.Information, "Run {Run} is over ({Outcome}): {Reason}; its newest version is {Version}")]
    public partial void RunEnded(string run, string outcome, string reason, int version);

    [LoggerMessage(1103, LogLevel.Warning, "Run {Run} is declined by {Client}: {Reason}")]
    public partial void RunDeclined(string run, string client, string reason);

    [LoggerMessage(1104, LogLevel.Warning, "Run {RunId}: the database is {Outcome}; nothing was changed, callers were told to try again")]
    public partial void StoreRefused(string runId, string outcome);

    [LoggerMessage(1105, LogLevel.Information, "Run {Run} is {Paused}; its open round goes on, then none opens")]
    public partial void RunPaused(string run, string paused);

    [LoggerMessage(1106, LogLevel.Information, "Run {Run} is resumed by {By}")]
    public partial void RunResumed(string run, string by);

    [LoggerMessage(1200, LogLevel.Information, "Run {Run} round {Round} opens: {Cohort} clients train version {Version}")]
    public partial void RoundOpened(string run, int round, int cohort, int version);

    [LoggerMessage(1202, LogLevel.Warning, "Run {Run} round {Round} is void: {Reason}")]
    public partial void RoundVoid(string run, int round, string reason);

    [LoggerMessage(1203, LogLevel.Error, "Run {Run} round {Round}: {Reason}")]
    public partial void AggregationFailed(string run, int round, string reason);

    [LoggerMessage(1204, LogLevel.Warning, "Run {Run} round {Round} is given up by {Client}: {Reason}")]
    public partial void StageDeclined(string run, int round, string client, string reason);

    [LoggerMessage(1205, LogLevel.Information, "Run {Run} round {Round}: {Strategy} took {Taken} of {Updates} updates and left out those of {Clients}")]
    private partial void UpdatesLeftOut(string run, int round, string strategy, int taken, int updates, string clients);

    [LoggerMessage(1206, LogLevel.Information, "Run {Run} round {Round}: cosine of updates to their mean {MeanCosine} on average, at least {LeastCosine} ({Farthest}) | norm {LeastNorm} to {LargestNorm}, of the mean {MeanNorm}")]
    private partial void Drift(string run, int round, string meanCosine, string leastCosine, string farthest, string leastNorm, string largestNorm, string meanNorm);

    [LoggerMessage(1207, LogLevel.Debug, "Run {Run} round {Round}: update of {Client} has cosine {Cosine} to the mean, norm {Norm}")]
    private partial void Drift(string run, int round, string client, string cosine, string norm);

    [LoggerMessage(1208, LogLevel.Warning, "Run {Run} round {Round}: how far its clients pulled apart could not be measured: {Reason}")]
    public partial void DriftUnknown(string run, int round, string reason);

    [LoggerMessage(1209, LogLevel.Information, "Run {Run}: {Clients} clients report {Examples} examples: largest over median {LargestOverMedian}, Gini {Gini} | of {LabelClients} also labels: mean distance from all of them {LabelDistance}")]
    private partial void Skew(string run, int clients, long examples, string largestOverMedian, string gini, int labelClients, string labelDistance);

    [LoggerMessage(1210, LogLevel.Debug, "Run {Run} round {Round}: update of {Client} accepted, {Examples} examples, norm {Norm}, train loss {Loss}")]
    public partial void UpdateAccepted(string run, int round, string client, long examples, double norm, double? loss);

    [LoggerMessage(1211, LogLevel.Warning, "Run {Run} round {Round}: update of {Client} refused: {Reason}")]
    public partial void UpdateRefused(string run, int round, string client, string reason);

    [LoggerMessage(1212, LogLevel.Warning, "Run {Run} round {Round}: upload of {Client} refused: {Reason}")]
    public partial void UploadRefused(string run, int round, string client, string reason);

    [LoggerMessage(1213, LogLevel.Warning, "Cannot delete {Path}: {Reason}")]
    public partial void CannotDelete(string path, string reason);

    /// <summary>Whose updates a selecting rule did not use.</summary>
    public void UpdatesLeftOut(string run, int round, string strategy, int taken, int updates, IEnumerable<string> clients)
    {
        var left = updates - taken;
        var names = string.Join(", ", clients.Take(MaxNamed));
        UpdatesLeftOut(run, round, strategy, taken, updates, left > MaxNamed ? $"{names} and {left - MaxNamed} more" : names);
    }

    /// <summary>How far a round's clients pulled apart: a line for the round, and at level Debug one for each of them.</summary>
    public void Drift(string run, int round, RoundDrift drift, IReadOnlyList<SealedUpdate> updates)
    {
        Drift(run, round, Number(drift.MeanCosine), Number(drift.LeastCosine), updates[drift.Farthest].ClientId, Number(drift.LeastNorm), Number(drift.LargestNorm), Number(drift.MeanNorm));
        foreach (var (client, update) in drift.Clients.Zip(updates))
        {
            Drift(run, round, update.ClientId, Number(client.Cosine), Number(client.Norm));
        }
    }

    /// <summary>How unlike the clients' training sets are, as they report.</summary>
    public void Skew(string run, FederationSkew skew) =>
        Skew(run, skew.Clients, skew.Examples, Number(skew.LargestOverMedian), Number(skew.Gini), skew.LabelClients, Number(skew.LabelDistance));

    /// <summary>The one line per round that operators watch.</summary>
    public void RoundDone(OpenRun run, RunEffect.CloseRound closed)
    {
        var figures = run.Meter.Snapshot();
        RoundDone(
            run.Spec.Name,
            closed.Round.Number,
            closed.Round.Cohort.Count,
            closed.Round.Updates.Count,
            figures.Late,
            figures.Refused,
            Number(RunStore.TrainLoss(closed.Round)),
            Evaluation(closed),
            Bytes(figures.BytesIn),
            Bytes(figures.BytesOut),
            Math.Round(figures.FitSeconds, 3),
            Math.Round(figures.AggregateSeconds, 3));
    }

    [LoggerMessage(1201, LogLevel.Information, "Run {Run} round {Round}: cohort {Cohort}, accepted {Accepted}, late {Late}, refused {Refused} | train loss {TrainLoss} | {Evaluation} | in {BytesIn}, out {BytesOut} | fit {FitSeconds} s, aggregate {AggregateSeconds} s")]
    private partial void RoundDone(string run, int round, int cohort, int accepted, int late, int refused, string trainLoss, string evaluation, string bytesIn, string bytesOut, double fitSeconds, double aggregateSeconds);

    private static string Evaluation(RunEffect.CloseRound closed) => closed.Metrics.Count == 0
        ? "not evaluated"
        : "eval " + string.Join(", ", closed.Metrics.OrderByDescending(m => m.Key == "loss").Select(m => $"{m.Key} {Number(m.Value)}"))
            + Spread(MetricSpread.Of(closed.Round.Reports.Values), closed.Round.Reports.Count);

    private static string Spread(ImmutableSortedDictionary<string, MetricSpread> spreads, int clients) => clients < 2 || spreads.Count == 0
        ? ""
        : "; worst, median, best client " + string.Join(", ", s_spreadMetrics.Where(spreads.ContainsKey)
            .Select(m => $"{m} {Number(spreads[m].Worst)} {Number(spreads[m].Median)} {Number(spreads[m].Best)}"));

    /// <summary>Of which metrics the log shows the spread; the others' is in `run show --json`.</summary>
    private static readonly string[] s_spreadMetrics = ["loss", "accuracy"];

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";

    private static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 10_000_000 => $"{bytes / 1e3:0} kB",
        _ => $"{bytes / 1e6:0} MB",
    };
}
