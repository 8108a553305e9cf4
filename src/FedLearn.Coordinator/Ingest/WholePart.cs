namespace FedLearn.Coordinator.Ingest;

/// <summary>What the bytes of a part say, once they have all come.</summary>
/// <param name="Digest">Their digest.</param>
/// <param name="Norm">Their L2 norm; not finite where one of their values is not.</param>
internal readonly record struct WholePart(byte[] Digest, double Norm);
