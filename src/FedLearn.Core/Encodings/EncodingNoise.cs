using FedLearn.Core.Models;

namespace FedLearn.Core.Encodings;

/// <summary>What a client's random rounding is drawn from: the same update gives the same bytes, however often it is encoded.</summary>
public static class EncodingNoise
{
    /// <summary>The stream of (run seed, round, client).</summary>
    public static SeededRandom For(long seed, int round, string clientId) => SeededRandom.For("encoding", seed, round, clientId);
}
