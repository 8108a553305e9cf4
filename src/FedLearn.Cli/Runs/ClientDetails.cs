using FedLearn.Cli.Pki;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>A client's newest evaluation in a run.</summary>
internal sealed record ClientReport(string RunId, int Round, ClientEvaluation Evaluation);

/// <summary>What is known of one client.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Client">What it has done; null where it never joined.</param>
/// <param name="Identity">Its certificate; null where it has none.</param>
/// <param name="Reports">Its evaluations, one a run.</param>
internal sealed record ClientDetails(string Id, V1.Client? Client, ClientIdentity? Identity, IReadOnlyList<ClientReport> Reports)
{
    public void Print(TextWriter output, bool json)
    {
        if (json)
        {
            PrintJson(output);
            return;
        }

        output.WriteLine(Client is null ? $"client {Id} has not joined yet"
            : $"client {Id}: {(Client.Online ? "online" : "offline")}, {Client.Software}, joined {Show.Time(Client.JoinedUnixMs)}, last seen {Show.Time(Client.LastSeenUnixMs)}");
        output.WriteLine(Identity is null ? "no certificate: it comes with a token" : Line(Identity));
        foreach (var declined in Client?.Declined ?? [])
        {
            output.WriteLine($"declined run {declined.RunId}: {declined.Reason}");
        }

        if (Reports.Count == 0)
        {
            output.WriteLine("it has reported no evaluation");
            return;
        }

        var table = new TextTable("run", "round", "examples", "loss", "accuracy");
        foreach (var report in Reports)
        {
            table.Add(report.RunId, $"{report.Round}", $"{report.Evaluation.NumExamples}", Show.Metric(Metric(report, "loss")), Show.Metric(Metric(report, "accuracy")));
        }

        table.Write(output);
    }

    private static double? Metric(ClientReport report, string name) => report.Evaluation.Metrics.TryGetValue(name, out var value) ? value : null;

    private static string Line(ClientIdentity identity) =>
        $"certificate: {IdentityPrinter.Status(identity)}, until {Show.Time(identity.NotAfterUnixMs)}"
        + (identity.RevokedUnixMs != 0 ? $", revoked {Show.Time(identity.RevokedUnixMs)}" : "")
        + (identity.InvitationExpiresUnixMs != 0 ? $"; invited until {Show.Time(identity.InvitationExpiresUnixMs)}" : "");

    private void PrintJson(TextWriter output) => Json.WriteLine(output, w =>
    {
        w.WriteStartObject();
        w.WriteString("clientId", Id);
        w.WritePropertyName("client");
        if (Client is null)
        {
            w.WriteNullValue();
        }
        else
        {
            RunJson.WriteClient(w, Client);
        }

        w.WritePropertyName("identity");
        if (Identity is null)
        {
            w.WriteNullValue();
        }
        else
        {
            IdentityPrinter.Write(w, Identity);
        }

        w.WriteStartArray("reports");
        foreach (var report in Reports)
        {
            w.WriteStartObject();
            w.WriteString("runId", report.RunId);
            w.WriteNumber("round", report.Round);
            w.WriteNumber("numExamples", report.Evaluation.NumExamples);
            RunJson.WriteMetrics(w, "metrics", report.Evaluation.Metrics);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    });
}
