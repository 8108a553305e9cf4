namespace FedLearn.Core.Rounds;

/// <summary>What a run remembers of a client for its selection. It follows from the rows of rounds and updates, so a restart finds it again.</summary>
public sealed record ClientRecord
{
    /// <summary>How much of a round's weight the next round keeps.</summary>
    public const double Decay = 0.9;

    /// <summary>A client that was never selected.</summary>
    public static ClientRecord New { get; } = new();

    /// <summary>The last round that selected it; 0 = none.</summary>
    public int LastRound { get; init; }

    /// <summary>The examples of its last accepted update; 0 = none.</summary>
    public long Examples { get; init; }

    /// <summary>The rounds that selected it, each weighing <see cref="Decay"/> of the next one.</summary>
    public double Rounds { get; init; }

    /// <summary>Its marks in those rounds, likewise.</summary>
    public double Marks { get; init; }

    /// <summary>The mean mark, in (0, 1], beginning with one full mark that nobody gave: who is new counts as good.</summary>
    public double Score => (1 + Marks) / (1 + Rounds);

    /// <summary>The record after one more round that selected the client.</summary>
    /// <param name="mark">0 where it did not deliver; otherwise above 1/2 and at most 1, the more the earlier.</param>
    public ClientRecord After(double mark) => this with { Rounds = (Decay * Rounds) + 1, Marks = (Decay * Marks) + mark };
}
