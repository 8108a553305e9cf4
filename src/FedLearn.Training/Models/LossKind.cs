namespace FedLearn.Training.Models;

/// <summary>What a model's outputs mean and what training makes small. All losses are means over the examples.</summary>
public enum LossKind
{
    /// <summary>Mean over examples and outputs of (output - target)^2. With classes, the target is the label's one-hot vector.</summary>
    MeanSquaredError,

    /// <summary>Softmax over the outputs, then the negative log-probability of the label.</summary>
    CrossEntropy,

    /// <summary>A sigmoid on the one output, then the negative log-probability of the label 0 or 1.</summary>
    BinaryCrossEntropy,
}
