using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>Prints what was asked about runs and clients.</summary>
internal static class RunPrinter
{
    public static void List(TextWriter output, IReadOnlyCollection<Run> runs, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var run in runs)
                {
                    w.WriteStartObject();
                    RunJson.WriteRun(w, run);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("run", "name", "status", "round", "version", "best", "clients", "created", "reason");
        foreach (var run in runs)
        {
            table.Add(run.RunId, run.Name, RunText.Status(run), $"{run.Round}", $"{run.Version}", RunText.Best(run), $"{run.EligibleClients}", Show.Time(run.CreatedUnixMs), run.Reason);
        }

        table.Write(output);
    }

    public static void Details(TextWriter output, GetRunReply reply, bool json)
    {
        if (!json)
        {
            output.WriteLine(RunText.Line(reply.Run));
            if (RunText.Line(reply.Run.Skew) is { } skew)
            {
                output.WriteLine(skew);
            }

            RunText.Table(reply.Rounds).Write(output);
            return;
        }

        Json.WriteLine(output, w =>
        {
            w.WriteStartObject();
            RunJson.WriteRun(w, reply.Run);
            w.WritePropertyName("spec");
            w.WriteRawValue(reply.Run.SpecJson);
            w.WriteStartArray("rounds");
            foreach (var round in reply.Rounds)
            {
                RunJson.WriteRound(w, round);
            }

            w.WriteEndArray();
            w.WriteEndObject();
        });
    }

    public static void Clients(TextWriter output, IReadOnlyCollection<V1.Client> clients, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var client in clients)
                {
                    RunJson.WriteClient(w, client);
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("client", "online", "software", "joined", "last seen", "declined");
        foreach (var client in clients)
        {
            var declined = string.Join("; ", client.Declined.Select(d => $"{d.RunId}: {d.Reason}"));
            table.Add(client.ClientId, client.Online ? "yes" : "no", client.Software, Show.Time(client.JoinedUnixMs), Show.Time(client.LastSeenUnixMs), declined);
        }

        table.Write(output);
    }
}
