using FedLearn.Core.Aggregation;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Sgd;

/// <summary>
/// Gradient clipping by the global norm (Pascanu et al. 2013, algorithm 1): g = g * min(1, bound / ||g||). A backward pass of its own measures
/// the norm; the step's pass then scales by the factor. So a step that is not clipped has the bits of one without clipping, and no step needs a
/// place for its gradient that it would not need otherwise.
/// </summary>
/// <param name="network">The network, whose forward pass of the batch is done.</param>
/// <param name="workspace">The parameters, and the place for a gradient.</param>
/// <param name="bound">The largest norm of the batch's mean gradient; 0 = no clipping.</param>
internal sealed unsafe class GradientClip(Network network, SgdWorkspace workspace, double bound)
{
    /// <summary>The factor by which the batch's gradient is to be scaled: 1 where its norm is within the bound.</summary>
    public double Factor(int batch)
    {
        if (bound == 0)
        {
            return 1;
        }

        AlignedFloats parameters = workspace.Parameters, gradient = workspace.ClipGradient;
        network.Backward(parameters.Pointer, batch, gradient.Pointer, alpha: 0, beta: 1f / batch);
        if (!network.CanRepeatBackward)
        {
            network.Forward(parameters.Pointer, batch, differentiate: true);
        }

        var norm = Math.Sqrt(SquareSum.Of(gradient.Span));
        return norm > bound ? bound / norm : 1;
    }
}
