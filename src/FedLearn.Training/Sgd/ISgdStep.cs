using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Sgd;

/// <summary>One optimizer step on one batch.</summary>
internal interface ISgdStep
{
    /// <summary>Moves the parameters; gives the batch's losses before the step.</summary>
    LossSum Do(DataSet data, ReadOnlySpan<int> batch);
}

