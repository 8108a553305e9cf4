using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Vault;

/// <summary>One source of an import.</summary>
/// <param name="Source">The records; the import reads them to their end and does not dispose them.</param>
/// <param name="Part">The part that takes every record, for data that comes split; null draws by the import's test fraction.</param>
public sealed record ImportPart(IRecordSource Source, DataPart? Part = null);

/// <summary>How far an import is.</summary>
/// <param name="Train">Training records sealed.</param>
/// <param name="Test">Test records sealed.</param>
public readonly record struct ImportCount(long Train, long Test);
