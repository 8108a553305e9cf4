using System.Security.Authentication;
using FedLearn.Cli.Pki;
using FedLearn.Client;
using FedLearn.Client.Identity;

namespace FedLearn.Cli.Doctor;

/// <summary>A participant's machine: its certificate, and its way to the coordinator.</summary>
internal static class ParticipantChecks
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Finding>> RunAsync(DirectoryInfo state, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(state.FullName, EnrolCommand.IdentityFolder);
        if (!ClientIdentity.Exists(folder))
        {
            return [Finding.Bad("identity", $"there is none in {folder}", $"ask the operator for an invitation, then: fedlearn enrol INVITATION --state {state.FullName}")];
        }

        try
        {
            using var identity = ClientIdentity.Load(folder);
            var left = TimeSpan.FromHours(24);
            var findings = new List<Finding>
            {
                Finding.Good("identity", $"{identity.Name}, for {identity.Address}"),
                FileChecks.Validity("certificate", identity.NotBefore, identity.NotAfter, time.GetUtcNow(), left, "a running worker renews it; once it has expired, ask the operator for an invitation, and enrol again"),
            };
            findings.AddRange(await AskAsync(identity, time, cancellationToken));
            return findings;
        }
        catch (FederationException e)
        {
            return [Finding.Bad("identity", e.Message, "`fedlearn enrol --help` tells how to come by one")];
        }
    }

    /// <summary>Any answer will do: it comes over the connection that a worker would have.</summary>
    private static async Task<IReadOnlyList<Finding>> AskAsync(ClientIdentity identity, TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(identity.NewHandler(time)) { Timeout = s_patience };
        try
        {
            using var answer = await http.GetAsync(new Uri(new Uri(identity.Address), "/healthz/live"), cancellationToken);
            return [Finding.Good("coordinator", $"reached over TLS {identity.Address}"), ClockCheck.Of(time.GetUtcNow(), answer.Headers.Date)];
        }
        catch (HttpRequestException e)
        {
            Exception cause = e;
            while (cause is not AuthenticationException && cause.InnerException is { } inner)
            {
                cause = inner;
            }

            return [Finding.Bad("coordinator", $"{identity.Address} cannot be reached: {cause.Message}", "is it running, does a firewall let this machine out to its port, and is this still its name?")];
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Bad("coordinator", $"{identity.Address} did not answer within {s_patience.TotalSeconds} s", "does a firewall let this machine out to its port?")];
        }
    }
}
