namespace FedLearn.Core.Encodings;

/// <summary>What several encodings say of malformed bytes.</summary>
internal static class EncodingMistakes
{
    /// <summary>A value is none.</summary>
    public const string NotFinite = "holds NaN or Inf; expected finite values only. Training has diverged: lower the learning rate, or clip";
}
