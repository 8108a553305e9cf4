using FedLearn.Proofs.Fuzz;

namespace FedLearn.Proofs.Tests.Fuzz;

/// <summary>The small edition of the proof; and that it finds what is there to find.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryDecoder_InputsThatAreNearlyValid_TakesOrRefusesThem() =>
        Assert.All(FuzzProof.Targets(_folder), target => Assert.Empty(new Fuzzer(target, seed: 7).Run(200)));

    [Fact]
    public void EveryTarget_ItsSeeds_AreTaken() => Assert.All(
        FuzzProof.Targets(_folder).Where(t => !t.Name.StartsWith("update-frame", StringComparison.Ordinal)),
        target => Assert.All(target.Seeds, seed => Assert.Contains(Outcome.Taken, target.Run(seed), StringComparison.Ordinal)));

    [Fact]
    public void Decoder_ThatThrows_IsFoundWithTheInput()
    {
        var target = new FuzzTarget("t", [[1, 2, 3, 4]], bytes => bytes.Length > 3 && bytes[2] == 0xFF ? throw new InvalidCastException("here") : Outcome.Taken);

        var found = new Fuzzer(target, seed: 1).Run(100_000);

        Assert.Contains("InvalidCastException: here", found[0], StringComparison.Ordinal);
        Assert.Contains("base64", found[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Decoder_WhoseBugIsBehindARareWay_IsFoundByKeepingInputsThatCameToSomethingNew()
    {
        var target = new FuzzTarget("t", [new byte[8]], bytes => bytes.TakeWhile((b, i) => i < 5 && b == (byte)(i + 11)).Count() switch
        {
            5 => throw new InvalidDataException("reached"),
            var depth => $"{depth}",
        });

        Assert.NotEmpty(new Fuzzer(target, seed: 1).Run(1_000_000));
    }

    [Fact]
    public void Decoder_ThatAllocatesWhatTheInputSays_IsFound()
    {
        var target = new FuzzTarget("t", [[1, 0, 0, 0]], bytes => bytes.Length < 4 ? "short" : $"{new byte[BitConverter.ToInt32(bytes) & 0x7FFFFFF].Length > 0}");

        Assert.Contains("allocates", new Fuzzer(target, seed: 1).Run(10_000)[0], StringComparison.Ordinal);
    }
}
