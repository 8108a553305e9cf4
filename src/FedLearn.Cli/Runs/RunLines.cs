using System.Text.Json;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary>What changes of a run, one line each: text, or JSON for scripts.</summary>
internal sealed class RunLines(TextWriter output, bool json)
{
    private string _printed = "";

    /// <summary>Prints a change, where it is worth a line.</summary>
    public void Print(WatchRunReply reply)
    {
        if (json)
        {
            Json.WriteLine(output, w => WriteEvent(w, reply), indented: false);
        }
        else if (Line(reply) is { } line && line != _printed)
        {
            _printed = line;
            output.WriteLine(line);
        }
    }

    /// <summary>What is worth a line: the run, and rounds that are done with what they do.</summary>
    private static string? Line(WatchRunReply reply) => reply.EventCase switch
    {
        WatchRunReply.EventOneofCase.Run => RunText.Line(reply.Run),
        WatchRunReply.EventOneofCase.Round when reply.Round.Status is RoundStatus.Published or RoundStatus.Void => RunText.Line(reply.Round),
        _ => null,
    };

    private static void WriteEvent(Utf8JsonWriter json, WatchRunReply reply)
    {
        json.WriteStartObject();
        if (reply.EventCase == WatchRunReply.EventOneofCase.Run)
        {
            json.WriteStartObject("run");
            RunJson.WriteRun(json, reply.Run);
            json.WriteEndObject();
        }
        else
        {
            json.WritePropertyName("round");
            RunJson.WriteRound(json, reply.Round);
        }

        json.WriteEndObject();
    }
}
