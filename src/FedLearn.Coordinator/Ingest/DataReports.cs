using FedLearn.Core.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest;

/// <summary>Reads what a client that accepts a run says of its training set.</summary>
internal static class DataReports
{
    /// <summary>The report, or null where there is none; or what is wrong with it.</summary>
    /// <param name="answer">The client's answer.</param>
    /// <param name="maxExamples">The most examples that the run believes.</param>
    public static (DataReport? Report, Problem? Problem) Read(AnswerRunRequest answer, long maxExamples)
    {
        if (answer.NumExamples < 0 || answer.NumExamples > maxExamples)
        {
            return (null, Problem.Invalid($"num_examples: expected 0 (not told) to {maxExamples}, got {answer.NumExamples}"));
        }

        var labels = answer.LabelCounts;
        if (labels.Count > DataReport.MostLabels)
        {
            return (null, Problem.Invalid($"label_counts: expected at most {DataReport.MostLabels}, got {labels.Count}"));
        }

        if (labels.Any(n => n < 0 || n > maxExamples) || (labels.Count > 0 && labels.Sum() != answer.NumExamples))
        {
            return (null, Problem.Invalid($"label_counts: expected counts of at least 0 that add up to num_examples ({answer.NumExamples}), got [{string.Join(", ", labels.Take(20))}{(labels.Count > 20 ? ", ..." : "")}]"));
        }

        return (answer.NumExamples == 0 ? null : new DataReport(answer.NumExamples, [.. labels]), null);
    }
}
