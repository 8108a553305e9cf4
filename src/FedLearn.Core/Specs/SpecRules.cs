using FedLearn.Core.Encodings;

namespace FedLearn.Core.Specs;

/// <summary>What must hold between the fields of a spec.</summary>
internal static class SpecRules
{
    public static void Check(RunSpec spec, SpecReader reader)
    {
        CheckCohort(spec, reader);
        CheckClosing(spec.Closing, reader);
        CheckStop(spec, reader);
        StrategyRules.Check(spec, reader);
        OptimizerRules.Check(spec.Strategy, reader);
        LocalStepRules.Check(spec, reader);
        LocalTensorRules.Check(spec, reader);
        PersonalRules.Check(spec.Client, reader);
        if (reader.Seen.Contains("client.topK") && spec.Client.Encoding != EncodingKind.TopK)
        {
            reader.Add("client.topK", $"means nothing to client.encoding {VectorEncodings.NameOf(spec.Client.Encoding)}; it belongs to topk");
        }

        if (spec.Client.LearningRateFloor > spec.Client.LearningRate)
        {
            reader.Add("client.learningRateFloor", $"expected at most client.learningRate ({spec.Client.LearningRate}), got {spec.Client.LearningRateFloor}");
        }
    }

    private static void CheckCohort(RunSpec spec, SpecReader reader)
    {
        if (reader.Seen.Contains("cohort.fraction") && reader.Seen.Contains("cohort.count"))
        {
            reader.Add("cohort.count", "cannot stand together with cohort.fraction; keep one of them");
        }

        if (spec.Cohort.Count > 0 && spec.Closing.MinUpdates > Math.Max(spec.Cohort.Count, spec.Cohort.Minimum))
        {
            reader.Add("closing.minUpdates", $"expected at most the number of selected clients ({Math.Max(spec.Cohort.Count, spec.Cohort.Minimum)}), "
                + $"got {spec.Closing.MinUpdates}: no round could ever be published");
        }
    }

    private static void CheckClosing(ClosingSpec closing, SpecReader reader)
    {
        if (closing.MaxUpdates > 0 && closing.MaxUpdates < closing.MinUpdates)
        {
            reader.Add("closing.maxUpdates", $"expected at least closing.minUpdates ({closing.MinUpdates}), got {closing.MaxUpdates}");
        }

        if (closing.MinSeconds > closing.MaxSeconds)
        {
            reader.Add("closing.minSeconds", $"expected at most closing.maxSeconds ({closing.MaxSeconds}), got {closing.MinSeconds}");
        }
    }

    private static void CheckStop(RunSpec spec, SpecReader reader)
    {
        if (reader.Seen.Contains("stop.target") && !reader.Seen.Contains("stop.target.value"))
        {
            reader.Add("stop.target.value", $"is missing; expected {SpecFields.ByPath["stop.target.value"].Expectation}");
        }

        if (spec.Evaluation.EveryRounds > 0)
        {
            return;
        }

        foreach (var path in (string[])["stop.target", "stop.patience"])
        {
            if (path == "stop.target" ? spec.Stop.Target is not null : spec.Stop.Patience > 0)
            {
                reader.Add(path, "needs evaluations, but evaluation.everyRounds is 0 (never); set it to at least 1");
            }
        }
    }
}
