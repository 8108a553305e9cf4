namespace FedLearn.Coordinator.Ingest;

/// <summary>What the bytes of a part say, once they have all come.</summary>
/// <param name="Digest">Their digest.</param>
/// <param name="Norm">The L2 norm of the values that they decode to; not finite where one of these is not.</param>
/// <param name="Mistake">What is wrong with them, as <see cref="Core.Encodings.EncodedNorm"/> says it, or null.</param>
internal readonly record struct WholePart(byte[] Digest, double Norm, string? Mistake = null);
