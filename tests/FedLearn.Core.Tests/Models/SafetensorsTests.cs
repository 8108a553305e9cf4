using System.Buffers.Binary;
using System.Text;
using CsCheck;
using FedLearn.Core.Models;

namespace FedLearn.Core.Tests.Models;

public class SafetensorsTests
{
    private static readonly ModelManifest Manifest = new(
    [
        new TensorSpec("w", InitRule.He, 2, 3),
        new TensorSpec("b\"\\é", InitRule.Zeros, 5),
        new TensorSpec("scalar", InitRule.Zeros),
    ]);

    private static SafetensorsResult Parse(string header, long dataLength) => Safetensors.ParseHeader(Encoding.UTF8.GetBytes(header), dataLength);

    [Fact]
    public void WriteHeader_IsPrefixedAlignedAndReadBack()
    {
        var bytes = Safetensors.WriteHeader(Manifest, new Dictionary<string, string> { ["run"] = "r1", ["digest"] = "ab" });
        var (length, problem) = Safetensors.ReadPrefix(bytes.AsSpan(0, 8), bytes.Length + Manifest.ByteLength);

        Assert.Null(problem);
        Assert.Equal(bytes.Length - 8, length);
        Assert.Equal(0, bytes.Length % 8);
        Assert.Equal((byte)'{', bytes[8]);

        var layout = Safetensors.ParseHeader(bytes.AsMemory(8), Manifest.ByteLength).Layout!;
        Assert.Equal("r1", layout.Metadata["run"]);
        Assert.Equal(2, layout.Metadata.Count);
        Assert.Equal([new(0, 0, 24), new(24, 24, 20), new(44, 44, 4)], layout.Place(Manifest).Placements);
    }

    [Fact]
    public void Place_FileInAnotherOrder_GivesManifestOrder()
    {
        var layout = Parse(
            """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"shape":[1,3],"data_offsets":[8,20],"dtype":"F32"}}""", 20).Layout!;

        var placed = layout.Place(new ModelManifest([new TensorSpec("a", InitRule.He, 1, 3), new TensorSpec("b", InitRule.Zeros, 2)]));

        Assert.Equal([new(8, 0, 12), new(0, 12, 8)], placed.Placements);
    }

    [Theory]
    [InlineData("a", 3, "no tensor 'a'")]
    [InlineData("b", 4, "the model has shape [4], the file [3]")]
    public void Place_OtherTensor_SaysWhich(string name, long size, string words)
    {
        var layout = Parse("""{"b":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 12).Layout!;

        Assert.Contains(words, layout.Place(new ModelManifest([new TensorSpec(name, InitRule.Zeros, size)])).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Place_FileWithMore_SaysWhichTensorIsTooMuch()
    {
        var layout = Parse("""{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8).Layout!;

        Assert.Contains("'x'", layout.Place(new ModelManifest([new TensorSpec("b", InitRule.Zeros, 1)])).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 4, "dtype \"BF16\", expected \"F32\"")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype none")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "do not fit its shape [2]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "integers of at least 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,4],"data_offsets":[0,4]}}""", 4, "do not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "the tensors have 4 bytes, the file's data section 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a gap before it")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'a' stands twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "must be an object of texts")]
    [InlineData("""{"a":[]}""", 0, "not an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[1]]]]],"data_offsets":[0,4]}}""", 4, "not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not valid Unicode")]
    [InlineData("""[]""", 0, "not a JSON object")]
    [InlineData("""{""", 0, "not JSON")]
    public void ParseHeader_BadHeader_SaysWhatIsWrong(string header, long dataLength, string words)
    {
        var result = Parse(header, dataLength);

        Assert.Null(result.Layout);
        Assert.Contains(words, result.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 100, "not a safetensors file")]
    [InlineData((16UL << 20) + 1, 1L << 40, "16,777,216")]
    [InlineData(1UL, 100, "not a safetensors file")]
    [InlineData(93UL, 100, "cut off")]
    public void ReadPrefix_BadLength_SaysWhatIsWrong(ulong length, long fileLength, string words)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);

        Assert.Contains(words, Safetensors.ReadPrefix(prefix, fileLength).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrefix_ShortFile_SaysSo() => Assert.Contains("3 bytes", Safetensors.ReadPrefix(new byte[3], 3).Problem, StringComparison.Ordinal);

    [Fact]
    public void ParseHeader_AnyDamage_NeverThrowsAndNeverMisplaces() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Sample((at, value) =>
        {
            var bytes = Safetensors.WriteHeader(Manifest)[8..];
            bytes[at % bytes.Length] = value;

            var result = Safetensors.ParseHeader(bytes, Manifest.ByteLength);

            Assert.NotEqual(result.Layout is null, result.Problem is null);
            Assert.Equal(Manifest.ByteLength, result.Layout?.Entries.Sum(e => e.End - e.Begin) ?? Manifest.ByteLength);
        });
}
