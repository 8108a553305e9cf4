using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Tests.Session;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Tests.Provenance;

public sealed class ProvenanceTests : SessionTestBase, IDisposable
{
    private readonly FakeSigner _signer = new();
    private readonly RunFixture _run = new(50);

    private string ReceiptFile => Path.Combine(Folder.File("state"), "receipts", $"{_run.Id}.jsonl");

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task Round_Signed_KeepsReceiptAndKeyForOthersToVerify()
    {
        Service.Signer = _signer;
        Service.State.AddRange([_run.Announcement(), FitOn(0)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        await worker.Log.NextAsync(2051);
        await worker.StopAsync();

        var receipt = Receipt.Parser.ParseJson(Assert.Single(await File.ReadAllLinesAsync(ReceiptFile)));
        Assert.Equal((_run.Id, 1, "hospital-a", 60L), (receipt.RunId, receipt.Round, receipt.ClientId, receipt.NumExamples));
        Assert.Equal(_signer.PublicKey.ToByteArray(), await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Path.GetDirectoryName(ReceiptFile)!, "*.der"))));
    }

    [Fact]
    public async Task Join_AnotherKeyThanBefore_IsRefusedWithBothIds()
    {
        Service.Signer = _signer;
        await using (var first = StartWorker(new ScriptedTrainer()))
        {
            await Service.Watches.NextAsync();
            await first.StopAsync();
        }

        using var other = new FakeSigner();
        foreach (var signer in new[] { other, null })
        {
            Service.Signer = signer;
            await using var worker = StartWorker(new ScriptedTrainer());
            var refused = await Assert.ThrowsAsync<FederationException>(() => worker.Running);

            Assert.Contains(StatementKey.IdOf(_signer.PublicKey.Span), refused.Message);
            Assert.Contains(signer is null ? "no key" : StatementKey.IdOf(other.PublicKey.Span), refused.Message);
        }
    }

    [Fact]
    public async Task Receipt_NotSigned_DoesNotCountUntilOneIs()
    {
        Service.Signer = _signer;
        _signer.SpoiltReceipts = 1;
        Service.State.AddRange([_run.Announcement(), FitOn(0)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        var failed = await worker.Log.NextAsync(2033);
        Assert.Contains("not signed by the coordinator's key", failed.Text);
        Assert.False(File.Exists(ReceiptFile));

        // The right receipt, when the worker asks again.
        var kept = Service.Uploads.ReceiptOf("hospital-a", _run.Id, 1)!;
        kept.BatchSize--;
        Service.EndStreams();
        await worker.Log.NextAsync(2051);
        Assert.Single(await File.ReadAllLinesAsync(ReceiptFile));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "none", "came without a manifest" },
        { "signature", "is not signed by the coordinator's key" },
        { "run", "is of version 0 of run other" },
        { "version", "is of version 7" },
        { "parameters", "the assignment says" },
        { "spec", "another spec" },
        { "model", "another model" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Fit_ManifestSaysSomethingElse_IsDeclinedUntrained(string lie, string reason)
    {
        Service.Signer = _signer;
        var version = Publish(0);
        var manifest = _signer.Manifest(_run, version, m => lie switch
        {
            "run" => m with { RunId = "other" },
            "version" => m with { Version = 7 },
            "parameters" => m with { Parameters = "00" },
            "spec" => m with { Spec = "00" },
            "model" => m with { Model = "00" },
            _ => m,
        });
        if (lie == "signature")
        {
            manifest.Signature = ByteString.CopyFrom([.. manifest.Signature.Span[..^1], (byte)(manifest.Signature[^1] ^ 1)]);
        }

        Service.State.AddRange([_run.Announcement(), _run.Fit(1, version, manifest: lie == "none" ? null : manifest)]);
        await using var worker = StartWorker(new ScriptedTrainer());

        Assert.Contains(reason, await DeclineAsync());
        Assert.Empty(Service.Models.Requests);
    }

    [Fact]
    public async Task Fit_AfterMissedVersions_FollowsTheParentsBetween()
    {
        Service.Signer = _signer;
        Service.State.AddRange([_run.Announcement(), FitOn(0)]);
        await using var worker = StartWorker(new ScriptedTrainer());
        await Service.Uploads.Accepted.NextAsync();
        Enumerable.Range(1, 5).ToList().ForEach(v => _signer.Manifest(_run, Publish(v)));

        Service.Tell(FitOn(6));
        await Service.Uploads.Accepted.NextAsync();

        Assert.Equal([1, 3, 5], Service.ManifestRequests);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Fit_OnAnotherHistory_IsDeclined(int replaced)
    {
        Service.Signer = _signer;
        Service.State.AddRange([_run.Announcement(), FitOn(0)]);
        await using var worker = StartWorker(new ScriptedTrainer());
        await Service.Uploads.Accepted.NextAsync();
        await worker.Log.NextAsync(2051);
        Enumerable.Range(1, 6).ToList().ForEach(v => _signer.Manifest(_run, Publish(v), m => v == replaced ? m with { Parent = "00" } : m));

        Service.Tell(_run.Fit(7, Publish(6), manifest: _signer.Manifests[6]));

        Assert.Contains("does not follow", await DeclineAsync());
    }

    [Theory]
    [InlineData(0, "older than version 1")]
    [InlineData(1, "this worker knows it by")]
    public async Task Fit_SetBackOrForked_IsDeclinedAlsoAfterARestart(int version, string reason)
    {
        Service.Signer = _signer;
        _signer.Manifest(_run, Publish(0));
        Service.State.AddRange([_run.Announcement(), FitOn(1)]);
        await using (var worker = StartWorker(new ScriptedTrainer()))
        {
            await worker.Log.NextAsync(2051);
            await worker.StopAsync();
        }

        Service.State.RemoveAt(1);
        Service.State.Add(_run.Fit(9, Publish(version), manifest: _signer.Manifest(_run, Publish(version), m => m with { Updates = 5 })));
        await using var again = StartWorker(new ScriptedTrainer());

        Assert.Contains(reason, await DeclineAsync());
    }

    [Fact]
    public async Task Evaluate_OlderVersionOfTheSameHistory_IsDone()
    {
        Service.Signer = _signer;
        var first = Publish(1);
        _signer.Manifest(_run, Publish(0));
        _signer.Manifest(_run, first);
        _signer.Manifest(_run, Publish(2));
        Service.State.AddRange([_run.Announcement(), FitOn(3)]);
        await using var worker = StartWorker(new ScriptedTrainer());
        await Service.Uploads.Accepted.NextAsync();

        Service.Tell(_run.Evaluate(1, first, _signer.Manifests[1]));

        Assert.Equal(1, (await Service.Reports.NextAsync()).Version);
    }

    private ModelVersion Publish(int version) => Service.Models.Publish(_run.Id, version, _run.Vector(version), _run.Manifest.Hash);

    private WatchReply FitOn(int version)
    {
        var published = Publish(version);
        return _run.Fit(version + 1, published, manifest: _signer.Manifest(_run, published));
    }

    private async Task<string> DeclineAsync()
    {
        while (true)
        {
            if (await Service.Answers.NextAsync() is { Round: > 0 } declined)
            {
                return declined.DeclineReason;
            }
        }
    }
}
