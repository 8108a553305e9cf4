using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Vault;

/// <summary>What a look into one sealed file gave.</summary>
/// <param name="File">The file as its version lists it.</param>
/// <param name="Records">Its records, as its sealed manifest says; 0 where it could not be read.</param>
/// <param name="Segments">Its segments; 0 where it could not be read.</param>
/// <param name="Problem">What is wrong with it, or null.</param>
public sealed record FileReport(VaultFile File, long Records, long Segments, string? Problem);
