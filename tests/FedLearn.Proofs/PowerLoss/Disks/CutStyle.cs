namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>How much of what was not synced is found after a power cut.</summary>
internal enum Survival
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The first so many changes.</summary>
    Prefix,

    /// <summary>Of every change something, or nothing, by chance: of a write single sectors.</summary>
    Torn,

    /// <summary>Everything.</summary>
    All,
}

/// <summary>One way in which a power cut treats what was not synced. What was synced always survives.</summary>
/// <param name="Bytes">Of a file's bytes.</param>
/// <param name="Names">Of the names in a folder.</param>
/// <param name="LengthSurvives">A file keeps its length although its bytes are lost: it ends in zeros.</param>
internal sealed record CutStyle(Survival Bytes, Survival Names, bool LengthSurvives = false)
{
    /// <summary>The styles, from the plainest on; images of one fault point take them in turn.</summary>
    public static IReadOnlyList<CutStyle> All { get; } =
    [
        new(Survival.None, Survival.None),
        new(Survival.Torn, Survival.Torn),
        new(Survival.None, Survival.All),
        new(Survival.Prefix, Survival.Prefix),
        new(Survival.None, Survival.All, LengthSurvives: true),
        new(Survival.All, Survival.None),
        new(Survival.Torn, Survival.All, LengthSurvives: true),
        new(Survival.All, Survival.All),
    ];
}
