using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>Runs, rounds and clients as JSON for scripts. Names follow the protos; absent numbers are null.</summary>
internal static class RunJson
{
    /// <summary>A run's members, without the object around them.</summary>
    public static void WriteRun(Utf8JsonWriter json, Run run)
    {
        json.WriteString("runId", run.RunId);
        json.WriteString("name", run.Name);
        json.WriteString("status", RunText.Status(run.Status));
        json.WriteBoolean("paused", run.Paused);
        json.WriteString("reason", run.Reason);
        json.WriteNumber("round", run.Round);
        json.WriteNumber("version", run.Version);
        json.WriteNumber("createdUnixMs", run.CreatedUnixMs);
        json.WriteNumber("endedUnixMs", run.EndedUnixMs);
        json.WriteNumber("eligibleClients", run.EligibleClients);
        json.WriteNumber("evaluatingClients", run.EvaluatingClients);
        json.WriteNumberOrNull("bestVersion", run.HasBestVersion ? run.BestVersion : null);
        json.WriteString("bestMetric", run.BestMetric);
        json.WriteNumberOrNull("bestValue", run.HasBestVersion ? run.BestValue : null);
        WriteSkew(json, run.Skew);
    }

    /// <summary>A round as an object.</summary>
    public static void WriteRound(Utf8JsonWriter json, Round round)
    {
        json.WriteStartObject();
        json.WriteNumber("round", round.Number);
        json.WriteString("status", RunText.Status(round.Status));
        json.WriteString("reason", round.Reason);
        json.WriteNumberOrNull("version", round.HasVersion ? round.Version : null);
        json.WriteNumber("cohort", round.Cohort);
        json.WriteNumber("accepted", round.Accepted);
        json.WriteNumber("declined", round.Declined);
        json.WriteNumber("late", round.Late);
        json.WriteNumber("refused", round.Refused);
        json.WriteNumberOrNull("trainLoss", round.HasTrainLoss ? round.TrainLoss : null);
        WriteMetrics(json, "evaluation", round.EvalMetrics);
        json.WriteStartObject("spread");
        foreach (var (metric, spread) in round.Spread.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(metric);
            json.WriteNumber("worst", spread.Worst);
            json.WriteNumber("median", spread.Median);
            json.WriteNumber("best", spread.Best);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("evaluations");
        foreach (var client in round.Evaluations)
        {
            json.WriteStartObject();
            json.WriteString("clientId", client.ClientId);
            json.WriteNumber("numExamples", client.NumExamples);
            WriteMetrics(json, "metrics", client.Metrics);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("bytesIn", round.BytesIn);
        json.WriteNumber("bytesOut", round.BytesOut);
        json.WriteNumber("fitSeconds", round.FitSeconds);
        json.WriteNumber("aggregateSeconds", round.AggregateSeconds);
        json.WriteNumber("evaluateSeconds", round.EvaluateSeconds);
        json.WriteEndObject();
    }

    /// <summary>A client as an object.</summary>
    public static void WriteClient(Utf8JsonWriter json, V1.Client client)
    {
        json.WriteStartObject();
        json.WriteString("clientId", client.ClientId);
        json.WriteString("software", client.Software);
        json.WriteBoolean("online", client.Online);
        json.WriteNumber("joinedUnixMs", client.JoinedUnixMs);
        json.WriteNumber("lastSeenUnixMs", client.LastSeenUnixMs);
        json.WriteStartArray("declined");
        foreach (var declined in client.Declined)
        {
            json.WriteStartObject();
            json.WriteString("runId", declined.RunId);
            json.WriteString("reason", declined.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSkew(Utf8JsonWriter json, DataSkew? skew)
    {
        if (skew is null)
        {
            json.WriteNull("skew");
            return;
        }

        json.WriteStartObject("skew");
        json.WriteNumber("clients", skew.Clients);
        json.WriteNumber("examples", skew.Examples);
        json.WriteNumber("largestOverMedian", skew.LargestOverMedian);
        json.WriteNumber("gini", skew.Gini);
        json.WriteNumber("labelClients", skew.LabelClients);
        json.WriteNumberOrNull("labelDistance", skew.HasLabelDistance ? skew.LabelDistance : null);
        json.WriteEndObject();
    }

    /// <summary>Metrics as an object, by name.</summary>
    public static void WriteMetrics(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        json.WriteStartObject(name);
        foreach (var (metric, value) in metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(metric, value);
        }

        json.WriteEndObject();
    }
}
