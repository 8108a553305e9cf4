using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Sgd;

/// <summary>One optimizer step on one batch.</summary>
internal interface ISgdStep
{
    /// <summary>Moves the parameters; gives the batch's losses before the step.</summary>
    LossSum Do(DataSet data, ReadOnlySpan<int> batch);
}

/// <summary>How batches get into the network.</summary>
internal static class BatchGathering
{
    /// <summary>Copies examples and labels into the network's input.</summary>
    public static void Gather(this DenseNetwork network, DataSet data, ReadOnlySpan<int> batch)
    {
        var labels = network.Labels(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            data.CopyFeatures(batch[i], network.Input(i));
            labels[i] = data.Labels[batch[i]];
        }
    }
}
