namespace FedLearn.Training.Models.Kernels;

/// <summary>
/// A product whose left factor is read through offsets, so that a convolution is one without its input ever being unrolled:
/// target[i, j] = start + sum over runs u and steps r of left[LeftRows[i] + LeftRuns[u] + r*LeftStep] * right[RightRuns[u] + r*RightStep + j].
/// The columns come in panels of <see cref="Matrix.PanelWidth"/>; offsets count floats.
/// </summary>
internal unsafe struct GatheredProduct
{
    /// <summary>The left factor.</summary>
    public float* Left;

    /// <summary>Where each row begins in the left factor.</summary>
    public nint* LeftRows;

    /// <summary>Where each run begins, from its row's begin.</summary>
    public nint* LeftRuns;

    /// <summary>From one element of a run to the next.</summary>
    public nint LeftStep;

    /// <summary>The right factor: rows of a panel's width.</summary>
    public float* Right;

    /// <summary>Where each run's rows begin within a panel.</summary>
    public nint* RightRuns;

    /// <summary>From one row of a run to the next.</summary>
    public nint RightStep;

    /// <summary>From one panel to the next.</summary>
    public nint RightPanel;

    /// <summary>The result: column j of row i is at TargetRows[i] + j.</summary>
    public float* Target;

    /// <summary>Where each row begins in the target.</summary>
    public nint* TargetRows;

    /// <summary>What the sums start with, one per column; null: zeros.</summary>
    public float* Start;

    /// <summary>Panels of columns.</summary>
    public int Panels;

    /// <summary>Runs of the sum.</summary>
    public int Runs;

    /// <summary>Elements of each run.</summary>
    public int RunLength;
}
