using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>
/// What the training of one model works in: made once, used for one client after the other. Not for use by two trainings at once. What a buffer
/// holds when a training begins is anything.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="threads">How many threads may work on a step; changes no bit.</param>
internal sealed class SgdWorkspace(ModelDefinition model, int threads)
{
    private readonly int _length = checked((int)model.Manifest.ElementCount);
    private Network? _network;

    /// <summary>The model.</summary>
    public ModelDefinition Model { get; } = model;

    /// <summary>The parameters that are trained.</summary>
    public AlignedFloats Parameters { get; } = new(checked((int)model.Manifest.ElementCount));

    /// <summary>A gradient or a velocity, where a step stores it.</summary>
    public AlignedFloats Gradient => field ??= new(_length);

    /// <summary>The gradient whose norm is taken.</summary>
    public AlignedFloats ClipGradient => field ??= new(_length);

    /// <summary>What the proximal term pulls towards.</summary>
    public float[] Centre => field ??= new float[_length];

    /// <summary>The way gone from <see cref="Centre"/>.</summary>
    public float[] Way => field ??= new float[_length];

    /// <summary>A gradient summed in float64.</summary>
    public double[] ExactGradient => field ??= new double[_length];

    /// <summary>A velocity in float64.</summary>
    public double[] ExactVelocity => field ??= new double[_length];

    /// <summary>A network for batches of at least this many examples.</summary>
    public Network NetworkFor(int batch)
    {
        if (_network is null || _network.MaximumBatch < batch)
        {
            _network = Model.CreateNetwork(batch, threads);
        }

        return _network;
    }
}
