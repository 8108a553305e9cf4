using FedLearn.Client.Tests.Fakes;
using FedLearn.Core.Encodings;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Tests.Session;

/// <summary>Compressed updates, and what the client keeps of those that leave something out.</summary>
public sealed class EncodingTests : SessionTestBase
{
    private const int Parameters = 1000;
    private const string TopK = """{ "encoding": "topk", "topK": 0.05 }""";

    private static readonly TopKEncoding s_topK = new(0.05);

    [Theory]
    [InlineData("bf16", 1000)]
    [InlineData("int8", 1000)]
    [InlineData("bf16", 600_001)]
    [InlineData("int8", 600_001)]
    public async Task Fit_OfAnEncodedRun_SendsWhatTheCodecMakesOfTheDelta(string name, int parameters)
    {
        var run = new RunFixture(parameters, clientJson: $$"""{ "encoding": "{{name}}" }""");
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        var accepted = await Service.Uploads.Accepted.NextAsync();

        var encoding = VectorEncodings.Of(new() { Encoding = VectorEncodings.KindOf(name) });
        Assert.Equal(encoding.Kind.ToWire(), accepted.Header.Parts[0].Encoding);
        Assert.Equal(Encode(encoding, Delta(run, 1)), accepted.Bytes);
    }

    [Fact]
    public async Task Fit_TopKPublishedRounds_EachSendsWhatTheOnesBeforeLeftOut()
    {
        var run = new RunFixture(Parameters, clientJson: TopK);
        Service.State.Add(run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());
        var residual = new float[Parameters];

        for (var round = 1; round <= 4; round++)
        {
            Assert.Equal(Feed(run, round, ref residual), await FitAsync(run, round));
        }
    }

    [Theory]
    [InlineData(RoundStatus.Void)]
    [InlineData(RoundStatus.Published)]
    public async Task Fit_TopKAfterRestarts_ResidualIsThatOfTheLastRoundThatCounts(RoundStatus second)
    {
        var run = new RunFixture(Parameters, clientJson: TopK);
        Service.State.Add(run.Announcement());
        Service.Rounds[2] = second;
        var residual = new float[Parameters];

        for (var round = 1; round <= 3; round++)
        {
            var before = (float[])residual.Clone();
            await using var worker = StartWorker(new ScriptedTrainer());
            Assert.Equal(Feed(run, round, ref residual), await FitAsync(run, round));
            await worker.StopAsync();

            // A void round leaves the residual as it was: nothing of it is lost.
            residual = Service.Rounds.GetValueOrDefault(round) == RoundStatus.Void ? before : residual;
        }
    }

    [Fact]
    public async Task Fit_TopKWhileAnotherUpdateOfTheRoundCounted_ResidualIsTheOneBefore()
    {
        var run = new RunFixture(Parameters, clientJson: TopK);
        Service.State.Add(run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());
        var residual = new float[Parameters];
        await FitAsync(run, 1);
        Service.Uploads.ReceiptOf("hospital-a", run.Id, 1)!.Digest = Google.Protobuf.ByteString.CopyFrom(new byte[32]);

        Assert.Equal(Feed(run, 2, ref residual), await FitAsync(run, 2));
    }

    [Fact]
    public async Task Fit_TopKResidualDamaged_StartsAtZeroAndSaysSo()
    {
        var run = new RunFixture(Parameters, clientJson: TopK);
        Service.State.Add(run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer());
        await FitAsync(run, 1);
        var file = Residuals().Single();
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        var residual = new float[Parameters];

        Assert.Equal(Feed(run, 2, ref residual), await FitAsync(run, 2));
        await worker.Log.NextAsync(2059);
    }

    [Fact]
    public async Task RunOver_TopK_ForgetsTheResiduals()
    {
        var run = new RunFixture(Parameters, clientJson: TopK);
        Service.State.Add(run.Announcement());
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { ExitWhenDone = true });
        await FitAsync(run, 1);
        Assert.NotEmpty(Residuals());

        Service.Tell(run.RunOver());
        await worker.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.Empty(Residuals());
    }

    private string[] Residuals() => Directory.GetFiles(Folder.File("state"), "residual.*");

    /// <summary>Has the worker fit a round, and returns the bytes of its update.</summary>
    private async Task<byte[]> FitAsync(RunFixture run, int round)
    {
        var basis = Service.Models.Publish(run.Id, round - 1, run.Vector(round - 1), run.Manifest.Hash);
        Service.Tell(run.Fit(round, basis));
        var accepted = await Service.Uploads.Accepted.NextAsync();
        Service.State.RemoveAt(1);
        return accepted.Bytes;
    }

    /// <summary>Error feedback as the papers have it: the bytes of a round, and the residual after it.</summary>
    private static byte[] Feed(RunFixture run, int round, ref float[] residual)
    {
        var corrected = Delta(run, round).Zip(residual, (d, r) => d + r).ToArray();
        var bytes = Encode(s_topK, corrected);
        var sent = new float[Parameters];
        s_topK.Decode(bytes, 0, sent);
        residual = [.. corrected.Zip(sent, (c, s) => c - s)];
        return bytes;
    }

    private static float[] Delta(RunFixture run, int round) => [.. run.Vector(round - 1).Select((b, i) => b + ScriptedTrainer.Delta(round, i) - b)];

    private static byte[] Encode(IVectorEncoding encoding, float[] values)
    {
        var (bytes, noise) = (new byte[encoding.ByteLengthOf(values.Length)], EncodingNoise.For(7, 1, "hospital-a"));
        for (var block = 0; block < EncodingLayout.BlocksOf(values.Length); block++)
        {
            var length = EncodingLayout.LengthOf(block, values.Length);
            encoding.Encode(values.AsSpan(block << 18, length), bytes.AsSpan((int)encoding.StartOf(block)), noise);
        }

        return bytes;
    }
}
