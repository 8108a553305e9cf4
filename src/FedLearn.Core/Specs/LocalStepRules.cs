namespace FedLearn.Core.Specs;

/// <summary>What a strategy that reckons with the clients' local steps asks of their settings.</summary>
internal static class LocalStepRules
{
    public static void Check(RunSpec spec, SpecReader reader)
    {
        var client = spec.Client;
        if (spec.Strategy.Kind == "fednova" && client is { Momentum: > 0, ProximalMu: > 0 })
        {
            reader.Add("client.proximalMu", "strategy.kind fednova knows how far steps with momentum or with a proximal term go, not with both; set one of them to 0");
        }

        if (spec.Strategy.Kind == "qfedavg" && client.LearningRate == 0)
        {
            reader.Add("client.learningRate", "strategy.kind qfedavg takes 1 / learningRate for the Lipschitz constant; expected a number above 0, got 0");
        }

        if (StrategyKinds.ByName[spec.Strategy.Kind].HasControl)
        {
            CheckControl(spec.Strategy.Kind, client, reader);
        }
    }

    /// <summary>A client's control is the mean gradient of its steps, told from how far they went: (x - y) / (K eta) is that of plain SGD alone.</summary>
    private static void CheckControl(string kind, ClientSettings client, SpecReader reader)
    {
        foreach (var (field, value) in new[] { ("momentum", client.Momentum), ("proximalMu", client.ProximalMu) })
        {
            if (value > 0)
            {
                reader.Add($"client.{field}", $"strategy.kind {kind} tells a client's mean gradient from how far plain SGD went; expected 0, got {value}");
            }
        }

        if (client.LearningRate == 0)
        {
            reader.Add("client.learningRate", $"strategy.kind {kind} divides by the learning rate; expected a number above 0, got 0");
        }

        if (client is { LearningRateSchedule: LearningRateSchedule.Cosine, LearningRateFloor: 0 })
        {
            reader.Add("client.learningRateFloor", $"strategy.kind {kind} divides by the learning rate, which the schedule cosine takes to the floor; expected a number above 0, got 0");
        }
    }
}
