using CsCheck;
using FedLearn.Core.Models;

namespace FedLearn.Core.Tests.Models;

public class LocalTensorsTests
{
    private static readonly ModelManifest s_manifest =
        new([new("conv.weight", InitRule.Zeros, 2), new("bn.weight", InitRule.Zeros), new("conv2.weight", InitRule.Zeros, 3), new("bn2.bias", InitRule.Zeros, 2)]);

    [Theory]
    [InlineData("bn.weight", "bn.weight", true)]
    [InlineData("bn.weight", "bn.weights", false)]
    [InlineData("bn*", "bn", true)]
    [InlineData("bn*", "BN", false)]
    [InlineData("*.bias", "fc.bias", true)]
    [InlineData("*.bias", "bias", false)]
    [InlineData("*", "", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("a**c", "abc", true)]
    public void Matches_APattern_IsThatOfAnyCharacters(string pattern, string name, bool matches) => Assert.Equal(matches, FedLearn.Core.Specs.NamePatterns.Matches(pattern, name));

    [Fact]
    public void Matches_AnyPattern_IsWhatARegularExpressionSays() =>
        Gen.Select(Gen.String[Gen.Char["ab*"], 1, 8], Gen.String[Gen.Char["ab"], 0, 10]).Sample((pattern, name) =>
        {
            var regex = "^" + System.Text.RegularExpressions.Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
            Assert.Equal(System.Text.RegularExpressions.Regex.IsMatch(name, regex), FedLearn.Core.Specs.NamePatterns.Matches(pattern, name));
        });

    [Fact]
    public void PackAndWith_MoveTheirValuesAlone()
    {
        var local = LocalTensors.Of("bn*", s_manifest);
        float[] vector = [1, 2, 3, 4, 5, 6, 7, 8], other = [10, 20, 30, 40, 50, 60, 70, 80];

        Assert.Equal([3f, 7f, 8f], local.Pack(vector));
        Assert.Equal([10f, 20f, 3f, 40f, 50f, 60f, 7f, 8f], local.With(other, local.Pack(vector)));
        local.Copy(other, vector);
        Assert.Equal([1f, 2f, 30f, 4f, 5f, 6f, 70f, 80f], vector);
        Assert.Equal((3, true), (local.Length, local.Any));
    }

    [Fact]
    public void Of_NoPatterns_HasNone() => Assert.Equal((0, false), (LocalTensors.Of(null, s_manifest).Length, LocalTensors.Of(null, s_manifest).Any));
}
