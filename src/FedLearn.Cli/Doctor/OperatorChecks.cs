using System.CommandLine;
using System.Globalization;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Client;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Cli.Doctor;

/// <summary>An operator's way to the coordinator: token, address, TLS, clock, and what of the federation wants a look.</summary>
internal static class OperatorChecks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Finding>> RunAsync(OperatorOptions options, ParseResult result, TimeProvider time, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { WhoAsks(options, result) };
        if (findings[0].Severity != Severity.Good)
        {
            return findings;
        }

        try
        {
            using var connection = await options.ConnectAsync(result, cancellationToken);
            findings.AddRange(await AskAsync(connection, time, cancellationToken));
        }
        catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled)
        {
            findings.Add(Finding.Bad("coordinator", OperatorErrors.Explain(e).Message, "`fedlearn doctor --data DIR` on its machine says more"));
        }
        catch (Exception e) when (e is CliException or FederationException)
        {
            findings.Add(Finding.Bad("coordinator", e.Message, "see `fedlearn context --help`"));
        }

        return findings;
    }

    private static Finding WhoAsks(OperatorOptions options, ParseResult result) =>
        options.IdentityOf(result) is { } folder ? Finding.Good("operator's certificate", folder)
        : options.TokenOf(result) is { } file ? FileChecks.Secret("token", file, "take operator.token in the coordinator's data folder, or ask its operator for one of `fedlearn pki token create`")
        : Finding.Warning("token", "neither a token nor a certificate is named, so nothing was asked of a coordinator", "`fedlearn context set --token-file FILE` or `--identity DIR` remembers one");

    private static async Task<List<Finding>> AskAsync(OperatorConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var call = connection.Runs.ListRunsAsync(new ListRunsRequest(), connection.Headers, (time.GetUtcNow() + s_patience).UtcDateTime, cancellationToken);
        var headers = await call.ResponseHeadersAsync;
        var now = time.GetUtcNow();
        var runs = (await call).Runs;
        var findings = new List<Finding> { Finding.Good("coordinator", string.Create(CultureInfo.InvariantCulture, $"answered within {time.GetElapsedTime(started).TotalMilliseconds:0} ms")), ClockCheck.Of(now, DateOf(headers)) };
        findings.AddRange(runs.Where(r => r is { Status: RunStatus.Open, Paused: false, Reason.Length: > 0 })
            .Select(r => Finding.Warning($"run {r.Name}", $"waits: {r.Reason}", "`fedlearn client ls` says who is online, and who declined and why")));
        var clients = (await connection.Runs.ListClientsAsync(new ListClientsRequest(), connection.Headers, cancellationToken: cancellationToken)).Clients;
        findings.Add(Finding.Good("clients", $"{clients.Count(c => c.Online)} of {clients.Count} are online"));
        findings.AddRange(await CertificatesAsync(connection, time.GetUtcNow(), cancellationToken));
        return findings;
    }

    /// <summary>Workers renew after two thirds: a certificate near its end belongs to one that does not run, or cannot.</summary>
    private static async Task<IEnumerable<Finding>> CertificatesAsync(OperatorConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var known = await connection.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), connection.Headers, cancellationToken: cancellationToken);
            return known.Identities.Where(i => i.Status == IdentityStatus.Enrolled && Ends(i) is { } end && (end <= now || end - now < (end - Starts(i)) / 4))
                .Select(i => Finding.Warning($"certificate of {i.ClientId}", $"{(Ends(i) <= now ? "expired" : "ends")} {Show.Time(i.NotAfterUnixMs)}", $"its worker renews it where it runs; one that expired is invited again: fedlearn pki invite {i.ClientId}"))
                .ToList();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return [Finding.Warning("certificates", "this coordinator has none: participants come with tokens, in the clear", "start it without --insecure")];
        }
    }

    private static DateTimeOffset Ends(ClientIdentity identity) => DateTimeOffset.FromUnixTimeMilliseconds(identity.NotAfterUnixMs);

    private static DateTimeOffset Starts(ClientIdentity identity) => DateTimeOffset.FromUnixTimeMilliseconds(identity.IssuedUnixMs);

    private static DateTimeOffset? DateOf(Metadata headers) =>
        DateTimeOffset.TryParseExact(headers.GetValue("date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
