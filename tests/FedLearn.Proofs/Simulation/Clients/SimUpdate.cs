using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Proofs.Simulation.Clients;

/// <summary>An update as a client keeps it until it has a receipt or a verdict.</summary>
internal sealed record SimUpdate(UpdateHeader Header, byte[] Bytes)
{
    public int Round => Header.Round;

    /// <summary>The digest of the bytes, as it should stand in the header.</summary>
    public string TrueDigest { get; } = Convert.ToHexStringLower(BlockDigest.OfParts([BlockDigest.Of(Bytes)]));

    public static SimUpdate Of(FitAssignment fit, string manifestHash, float[] delta, long examples)
    {
        var bytes = MemoryMarshal.AsBytes(delta.AsSpan()).ToArray();
        return new SimUpdate(
            new UpdateHeader
            {
                RunId = fit.RunId,
                Round = fit.Round,
                BaseVersion = fit.BaseVersion,
                BaseDigest = fit.BaseDigest,
                ManifestHash = manifestHash,
                NumExamples = examples,
                Steps = 1,
                Metrics = { ["loss"] = 0.5 },
                Parts = { new UpdatePart { Name = "delta", Encoding = Encoding.F32, ByteLength = bytes.Length, Digest = ByteString.CopyFrom(BlockDigest.Of(bytes)) } },
            },
            bytes);
    }

    /// <summary>The same bytes under a header that says something else.</summary>
    public SimUpdate Saying(Action<UpdateHeader> change)
    {
        var header = Header.Clone();
        change(header);
        return new SimUpdate(header, Bytes);
    }
}
