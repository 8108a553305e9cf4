namespace FedLearn.Core.Models;

/// <summary>How a tensor's first values are drawn.</summary>
public enum InitKind
{
    /// <summary>All zeros: biases, and linear models, whose loss is convex.</summary>
    Zeros,

    /// <summary>Normal with variance 2/fan_in, for layers followed by ReLU (He et al. 2015, eq. 10).</summary>
    He,

    /// <summary>Uniform in +-sqrt(6/(fan_in+fan_out)), for linear outputs and tanh (Glorot and Bengio 2010, eq. 16).</summary>
    Glorot,

    /// <summary>Normal with mean 0 and the rule's own standard deviation.</summary>
    Normal,
}

/// <summary>The initialisation rule of one tensor, so that the coordinator can initialise a model that it cannot run.</summary>
/// <param name="Kind">The distribution.</param>
/// <param name="Std">The standard deviation, for <see cref="InitKind.Normal"/> only: finite and not negative. Default 0.</param>
public sealed record InitRule(InitKind Kind, double Std = 0)
{
    /// <summary>All zeros.</summary>
    public static InitRule Zeros { get; } = new(InitKind.Zeros);

    /// <summary>He's normal.</summary>
    public static InitRule He { get; } = new(InitKind.He);

    /// <summary>Glorot's uniform.</summary>
    public static InitRule Glorot { get; } = new(InitKind.Glorot);
}
