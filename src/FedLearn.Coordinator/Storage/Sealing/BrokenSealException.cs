namespace FedLearn.Coordinator.Storage.Sealing;

/// <summary>A file or a part of it is not as it was sealed; the message names both.</summary>
internal sealed class BrokenSealException(string message) : StoredDataException(message);
