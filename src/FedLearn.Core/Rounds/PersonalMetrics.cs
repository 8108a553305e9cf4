namespace FedLearn.Core.Rounds;

/// <summary>The metrics of the clients' personal models (<c>client.personalLambda</c>), reported beside those of the version.</summary>
public static class PersonalMetrics
{
    /// <summary>The mean loss.</summary>
    public const string Loss = "personal.loss";

    /// <summary>The share of right answers, of classifiers.</summary>
    public const string Accuracy = "personal.accuracy";

    /// <summary>By the metric of an evaluation that it is of the personal model.</summary>
    public static IEnumerable<(string Of, string Name)> All => [("loss", Loss), ("accuracy", Accuracy)];
}
