using System.Text.Json;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Tests.Runs;

public class RunTextTests
{
    private static readonly Round Published = new()
    {
        Number = 3,
        Status = RoundStatus.Published,
        Version = 2,
        Cohort = 5,
        Accepted = 4,
        Late = 1,
        TrainLoss = 0.5,
        EvalMetrics = { ["loss"] = 0.25, ["accuracy"] = 0.875 },
        BytesIn = 1 << 20,
        BytesOut = 1536,
        FitSeconds = 1.5,
        AggregateSeconds = 0.25,
        Evaluations = { new ClientEvaluation { ClientId = "a", NumExamples = 7, Metrics = { ["loss"] = 0.25 } } },
    };

    [Fact]
    public void Line_PublishedRound_SaysWhatAPersonWatches() =>
        Assert.Equal(
            "round 3: published, updates 4/5 (1 late), train loss 0.5000, eval loss 0.2500, accuracy 0.8750, in 1 MiB, out 1.5 KiB, fit 1.50 s, aggregation 0.25 s",
            RunText.Line(Published));

    [Fact]
    public void Line_RoundThatClientsEvaluated_SaysHowTheyDiffer()
    {
        var round = Published.Clone();
        round.Spread.Add("accuracy", new MetricSpread { Worst = 0.5, Median = 0.875, Best = 1 });

        Assert.Contains("accuracy 0.8750 (worst/median/best client 0.5000/0.8750/1.0000), in", RunText.Line(round));
    }

    [Fact]
    public void Line_RunWithABestVersion_NamesItWithItsValue() =>
        Assert.Equal(
            "run r1 (n): open, round 3, version 2, 4 clients ready, best version 1 (loss 0.2500)",
            RunText.Line(new Run { RunId = "r1", Name = "n", Status = RunStatus.Open, Round = 3, Version = 2, EligibleClients = 4, BestVersion = 1, BestMetric = "loss", BestValue = 0.25 }));

    [Fact]
    public void Line_DataSkew_SaysWhatClientsReport()
    {
        var skew = new DataSkew { Clients = 4, Examples = 1000, LargestOverMedian = 1.5, Gini = 0.25 };
        Assert.Equal("data of 4 clients: 1000 examples, largest over median 1.5000, Gini 0.2500", RunText.Line(skew));

        skew.LabelClients = 3;
        skew.LabelDistance = 0.5;
        Assert.Equal(
            "data of 4 clients: 1000 examples, largest over median 1.5000, Gini 0.2500; labels of 3: mean distance from all of them 0.5000", RunText.Line(skew));
        Assert.Null(RunText.Line((DataSkew?)null));
    }

    [Fact]
    public void Line_VoidRound_SaysWhy() =>
        Assert.Equal("round 4: void; 1 of 3 updates", RunText.Line(new Round { Number = 4, Status = RoundStatus.Void, Reason = "1 of 3 updates" }));

    [Fact]
    public void Json_Details_HasRunSpecAndRounds()
    {
        using var output = new StringWriter();
        var reply = new GetRunReply
        {
            Run = new Run { RunId = "r1", Name = "n", Status = RunStatus.Open, SpecJson = "{\"name\":\"n\"}", Round = 3, Version = 2 },
            Rounds = { Published, new Round { Number = 4, Status = RoundStatus.Fitting } },
        };
        RunPrinter.Details(output, reply, json: true);

        using var json = JsonDocument.Parse(output.ToString());
        var root = json.RootElement;
        Assert.Equal(("r1", "open", 3, "n"), (root.GetProperty("runId").GetString(), root.GetProperty("status").GetString(), root.GetProperty("round").GetInt32(),
            root.GetProperty("spec").GetProperty("name").GetString()));
        var rounds = root.GetProperty("rounds");
        Assert.Equal(0.875, rounds[0].GetProperty("evaluation").GetProperty("accuracy").GetDouble());
        Assert.Equal(7, rounds[0].GetProperty("evaluations")[0].GetProperty("numExamples").GetInt32());
        Assert.Equal(JsonValueKind.Null, rounds[1].GetProperty("version").ValueKind);
        Assert.Equal(JsonValueKind.Null, rounds[1].GetProperty("trainLoss").ValueKind);
    }

    [Fact]
    public void Json_Clients_HasDeclinedRuns()
    {
        using var output = new StringWriter();
        RunPrinter.Clients(output, [new FedLearn.Protocol.V1.Client { ClientId = "a", Online = true, Declined = { new DeclinedRun { RunId = "r1", Reason = "no trainer" } } }], json: true);

        using var json = JsonDocument.Parse(output.ToString());
        Assert.True(json.RootElement[0].GetProperty("online").GetBoolean());
        Assert.Equal("no trainer", json.RootElement[0].GetProperty("declined")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public void Table_NotOnATerminal_IsAligned()
    {
        using var output = new StringWriter();
        var table = new TextTable("run", "status");
        table.Add("a-long-name", "open");
        table.Add("b", "completed");
        table.Write(output);

        Assert.Equal(["RUN          STATUS", "a-long-name  open", "b            completed"], output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
