using FedLearn.Client.Training;

namespace FedLearn.Client.Session;

/// <summary>Checks what a trainer returned, so that its author reads the mistake here and not in the coordinator's refusal.</summary>
internal static class TrainerResults
{
    /// <summary>The most metrics that the protocol carries.</summary>
    public const int MaxMetrics = 64;

    /// <exception cref="InvalidDataException">The result breaks the contract of <see cref="ITrainer.FitAsync"/>.</exception>
    public static void Check(FitResult result, long parameters)
    {
        Require(result.Parameters.Length == parameters,
            $"the trainer returned {result.Parameters.Length} parameters, the model has {parameters}");
        Require(result.NumExamples >= 1, $"the trainer returned {result.NumExamples} examples; at least 1 is expected");
        Require(result.Steps >= 0, $"the trainer returned {result.Steps} steps; at least 0 is expected");
        CheckMetrics(result.Metrics);
    }

    /// <exception cref="InvalidDataException">The result breaks the contract of <see cref="ITrainer.EvaluateAsync"/>.</exception>
    public static void Check(EvaluationResult result)
    {
        Require(result.NumExamples >= 1, $"the trainer evaluated {result.NumExamples} examples; at least 1 is expected");
        CheckMetrics(result.Metrics);
    }

    private static void CheckMetrics(IReadOnlyDictionary<string, double> metrics)
    {
        Require(metrics.Count <= MaxMetrics, $"the trainer returned {metrics.Count} metrics; at most {MaxMetrics} are expected");
        foreach (var (name, value) in metrics)
        {
            Require(double.IsFinite(value), $"the trainer's metric '{name}' is {value}; a finite number is expected. Has training diverged?");
        }
    }

    private static void Require(bool holds, string mistake)
    {
        if (!holds)
        {
            throw new InvalidDataException(mistake);
        }
    }
}
