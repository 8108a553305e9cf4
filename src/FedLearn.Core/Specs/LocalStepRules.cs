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
    }
}
