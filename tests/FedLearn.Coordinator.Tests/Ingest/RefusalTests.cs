using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>Everything a participant can get wrong with an update: the status, a text that names what was expected, and no change.</summary>
public class RefusalTests
{
    private const string OneRound = """
        "cohort": { "count": 1, "minimum": 1 }, "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, "bounds": { "maxNorm": 100, "maxExamples": 1000 },
        """;

    private static readonly float[] Good = [1, 2, 3, 4];

    public static TheoryData<string, StatusCode, string> BadHeaders => new()
    {
        { "manifest", StatusCode.InvalidArgument, "manifest_hash: expected" },
        { "length", StatusCode.InvalidArgument, "wrong shape" },
        { "part name", StatusCode.InvalidArgument, "named 'delta'" },
        { "no part", StatusCode.InvalidArgument, "named 'delta'" },
        { "encoding", StatusCode.InvalidArgument, "ENCODING_F32" },
        { "digest length", StatusCode.InvalidArgument, "expected 32 bytes" },
        { "digest", StatusCode.InvalidArgument, "digest is" },
        { "no examples", StatusCode.InvalidArgument, "num_examples: expected 1 to 1000, got 0" },
        { "negative examples", StatusCode.InvalidArgument, "got -1" },
        { "too many examples", StatusCode.InvalidArgument, "got 1001" },
        { "steps", StatusCode.InvalidArgument, "steps" },
        { "metric", StatusCode.InvalidArgument, "metrics.loss: expected a finite number" },
        { "base digest", StatusCode.FailedPrecondition, "base_digest" },
        { "base version", StatusCode.FailedPrecondition, "another version" },
        { "round", StatusCode.NotFound, "has not opened round 2" },
        { "run", StatusCode.NotFound, "there is no run" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task Push_BadHeader_IsRefusedAndChangesNothing(string what, StatusCode status, string text)
    {
        await using var federation = await OpenRoundAsync();
        var header = federation.Header(Good);
        Spoil(header, what);

        await federation.AssertRefusedAsync(() => federation.Client.PushAsync(header, Good), status, text);
    }

    [Theory]
    [InlineData("\"fednova\"", "steps: strategy fednova expects at least 1, got 0")]
    [InlineData("\"qfedavg\", \"q\": 0", "metrics.baseLoss: strategy qfedavg expects")]
    public async Task Push_WithoutWhatTheStrategyNeeds_IsRefusedAndChangesNothing(string kind, string text)
    {
        await using var federation = await OpenRoundAsync($$""" "strategy": { "kind": {{kind}} }, """);
        var header = federation.Header(Good);
        header.Steps = 0;
        header.Metrics.Remove("baseLoss");

        await federation.AssertRefusedAsync(() => federation.Client.PushAsync(header, Good), StatusCode.InvalidArgument, text);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task Push_ValueNotFinite_IsRefusedAndChangesNothing(float value)
    {
        await using var federation = await OpenRoundAsync();
        float[] delta = [1, 2, value, 4];

        await federation.AssertRefusedAsync(() => federation.Client.PushAsync(federation.Header(delta), delta, chunkSize: 3), StatusCode.InvalidArgument, "NaN or Inf");
    }

    [Fact]
    public async Task Push_NormOverTheBound_IsRefusedAndChangesNothing()
    {
        await using var federation = await OpenRoundAsync();
        float[] delta = [100, 1, 0, 0];

        await federation.AssertRefusedAsync(() => federation.Client.PushAsync(federation.Header(delta), delta), StatusCode.InvalidArgument, "L2 norm");
    }

    [Theory]
    [InlineData(100, 0, true)]
    [InlineData(0, -100, true)]
    [InlineData(60, 80, true)]
    [InlineData(100.001, 0, false)]
    [InlineData(60.1, 80, false)]
    [InlineData(-1e18, 1e18, false)]
    public async Task Push_NormAgainstTheBoundOf100_IsRefusedAboveItAlone(float a, float b, bool accepted)
    {
        await using var federation = await OpenRoundAsync();
        float[] delta = [a, b, 0, 0];

        if (accepted)
        {
            await federation.Client.PushAsync(federation.Header(delta), delta);
            return;
        }

        await federation.AssertRefusedAsync(() => federation.Client.PushAsync(federation.Header(delta), delta), StatusCode.InvalidArgument, "bounds.maxNorm");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task AnswerRun_ExamplesOutOfBounds_IsRefused(long examples)
    {
        await using var federation = await OpenRoundAsync();
        var answer = new AnswerRunRequest { RunId = federation.Header(Good).RunId, NumExamples = examples };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await federation.Client.Calls.AnswerRunAsync(answer, federation.Client.Headers));

        Assert.Equal((StatusCode.InvalidArgument, $"num_examples: expected 0 (not told) to 1000, got {examples}"), (refused.StatusCode, refused.Status.Detail));
    }

    [Theory]
    [InlineData(4, "expected 0, got 4")]
    [InlineData(-1, "expected 0, got -1")]
    public async Task Push_ChunkGapOrOverlap_IsRefusedAndChangesNothing(long offset, string text)
    {
        await using var federation = await OpenRoundAsync();

        await federation.AssertRefusedAsync(
            () => federation.PushRawAsync(
                new PushUpdateRequest { Header = federation.Header(Good) },
                new PushUpdateRequest { Chunk = new Chunk { Offset = offset, Data = ByteString.CopyFrom(new byte[4]) } }),
            StatusCode.InvalidArgument,
            text);
    }

    [Fact]
    public async Task Push_MoreBytesThanTheHeaderSays_IsRefusedAndChangesNothing()
    {
        await using var federation = await OpenRoundAsync();

        await federation.AssertRefusedAsync(
            () => federation.PushRawAsync(
                new PushUpdateRequest { Header = federation.Header(Good) },
                new PushUpdateRequest { Chunk = new Chunk { Data = ByteString.CopyFrom(new byte[17]) } }),
            StatusCode.InvalidArgument,
            "at most 16 bytes");
    }

    [Fact]
    public async Task Push_ChunkFirst_IsRefused()
    {
        await using var federation = await OpenRoundAsync();

        await federation.AssertRefusedAsync(() => federation.PushRawAsync(new PushUpdateRequest { Chunk = new Chunk() }), StatusCode.InvalidArgument, "first message");
    }

    [Fact]
    public async Task Push_ResumeOfAnUploadThatWasNotOpened_IsRefused()
    {
        await using var federation = await OpenRoundAsync();

        await federation.AssertRefusedAsync(
            () => federation.PushRawAsync(new PushUpdateRequest { Resume = new Protocol.V1.Upload { UploadId = "test/1/x" } }), StatusCode.FailedPrecondition, "call OpenUpdate first");
    }

    [Fact]
    public async Task Push_FromOutsideTheCohort_IsPermissionDenied()
    {
        await using var federation = await OpenRoundAsync();
        using var outsider = await federation.Coordinator.JoinAsync("outsider");
        await outsider.WatchAsync();

        await federation.AssertRefusedAsync(() => outsider.PushAsync(federation.Header(Good), Good), StatusCode.PermissionDenied, "not selected");
    }

    [Fact]
    public async Task Push_WithoutAToken_IsUnauthenticated()
    {
        await using var federation = await OpenRoundAsync();
        using var stranger = new TestClient("stranger", new string('0', 64), federation.Coordinator);

        await federation.AssertRefusedAsync(() => stranger.PushAsync(federation.Header(Good), Good), StatusCode.Unauthenticated, "token is not known");
    }

    [Fact]
    public async Task Push_SameUpdateTwice_GivesTheSameReceipt()
    {
        await using var federation = await OpenRoundAsync();
        var first = await federation.Client.PushAsync(federation.Header(Good), Good);

        Assert.Equal(first, await federation.Client.PushAsync(federation.Header(Good), Good));
        var opened = await federation.Client.Calls.OpenUpdateAsync(new OpenUpdateRequest { Header = federation.Header(Good) }, federation.Client.Headers);
        Assert.Equal(first, opened.Receipt);
    }

    [Fact]
    public async Task Push_AnotherUpdateForTheSameRound_AlreadyExists()
    {
        await using var federation = await OpenRoundAsync();
        await federation.Client.PushAsync(federation.Header(Good), Good);
        float[] other = [4, 3, 2, 1];

        var refused = await Assert.ThrowsAsync<RpcException>(() => federation.Client.PushAsync(federation.Header(other), other));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        var moreExamples = federation.Header(Good);
        moreExamples.NumExamples = 999;
        refused = await Assert.ThrowsAsync<RpcException>(() => federation.Client.PushAsync(moreExamples, Good));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        await federation.Client.RunOverAsync();
        Assert.Equal(Good, await federation.Client.GetModelAsync(federation.Fit.RunId, 1));
    }

    [Fact]
    public async Task Push_ForARunThatIsOver_IsRefusedWithTheReason()
    {
        await using var federation = await OpenRoundAsync();
        await federation.Coordinator.Runs.StopRunAsync(new StopRunRequest { RunId = federation.Fit.RunId }, federation.Coordinator.Operator);

        var refused = await Assert.ThrowsAsync<RpcException>(() => federation.Client.PushAsync(federation.Header(Good), Good));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("is over", refused.Status.Detail, StringComparison.Ordinal);
        var outcome = await federation.Client.Calls.GetRoundAsync(new GetRoundRequest { RunId = federation.Fit.RunId, Round = 1 }, federation.Client.Headers);
        Assert.Equal(RoundStatus.Void, outcome.Status);
        Assert.Contains("stopped", outcome.Reason, StringComparison.Ordinal);
    }

    private static void Spoil(UpdateHeader header, string what)
    {
        switch (what)
        {
            case "manifest": header.ManifestHash = "0"; break;
            case "length": header.Parts[0].ByteLength = 12; break;
            case "part name": header.Parts[0].Name = "weights"; break;
            case "no part": header.Parts.Clear(); break;
            case "encoding": header.Parts[0].Encoding = Encoding.Unspecified; break;
            case "digest length": header.Parts[0].Digest = ByteString.CopyFrom(1); break;
            case "digest": header.Parts[0].Digest = ByteString.CopyFrom(new byte[32]); break;
            case "no examples": header.NumExamples = 0; break;
            case "negative examples": header.NumExamples = -1; break;
            case "too many examples": header.NumExamples = 1001; break;
            case "steps": header.Steps = -1; break;
            case "metric": header.Metrics["loss"] = double.NaN; break;
            case "base digest": header.BaseDigest = ByteString.CopyFrom(new byte[32]); break;
            case "base version": header.BaseVersion = 7; break;
            case "round": header.Round = 2; break;
            case "run": header.RunId = "nobody"; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }
    }

    private static async Task<OpenRound> OpenRoundAsync(string more = "")
    {
        var coordinator = await TestCoordinator.StartAsync();
        var spec = TestCoordinator.Spec(more: OneRound + more);
        await coordinator.CreateRunAsync(spec);
        var client = await coordinator.JoinAsync("member");
        await client.WatchAsync();
        return new OpenRound(coordinator, client, await client.NextFitAsync(), RunSpecParser.Parse(spec).Spec!.Model.Manifest.Hash);
    }

    /// <summary>A run with round 1 open and one client in it.</summary>
    private sealed record OpenRound(TestCoordinator Coordinator, TestClient Client, FitAssignment Fit, string ManifestHash) : IAsyncDisposable
    {
        public UpdateHeader Header(float[] delta) => TestClient.Header(Fit, ManifestHash, delta, 10);

        public async Task<Receipt> PushRawAsync(params PushUpdateRequest[] messages)
        {
            using var call = Client.Calls.PushUpdate(Client.Headers);
            foreach (var message in messages)
            {
                await call.RequestStream.WriteAsync(message);
            }

            await call.RequestStream.CompleteAsync();
            return (await call).Receipt;
        }

        /// <summary>The call fails as it should, the round has not changed, nothing is left on disk, and a good update still counts.</summary>
        public async Task AssertRefusedAsync(Func<Task<Receipt>> push, StatusCode status, string text)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(push);
            Assert.Equal(status, refused.StatusCode);
            Assert.Contains(text, refused.Status.Detail, StringComparison.Ordinal);

            var round = (await Coordinator.Runs.GetRunAsync(new GetRunRequest { RunId = Fit.RunId }, Coordinator.Operator)).Rounds.Single();
            Assert.Equal((RoundStatus.Fitting, 0), (round.Status, round.Accepted));
            var folder = Path.Combine(Coordinator.Folder, "runs", Fit.RunId, "rounds");
            Assert.Empty(Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : []);

            await Client.PushAsync(Header(Good), Good);
            await Client.RunOverAsync();
            Assert.Equal(Good, await Client.GetModelAsync(Fit.RunId, 1));
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Coordinator.DisposeAsync();
        }
    }
}
