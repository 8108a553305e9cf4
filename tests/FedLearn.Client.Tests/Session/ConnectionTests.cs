using System.Net;
using System.Net.Sockets;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Tests.Session;

public sealed class ConnectionTests : SessionTestBase
{
    [Fact]
    public async Task Worker_StartedTwice_RegistersOnceAndShowsItsToken()
    {
        await using (var first = StartWorker(new ScriptedTrainer()))
        {
            await first.Log.NextAsync(2001);
            await first.Log.NextAsync(2002);
        }

        await using var second = StartWorker(new ScriptedTrainer());
        await second.Log.NextAsync(2002);

        Assert.Equal(2, Service.Joins);
        Assert.DoesNotContain(second.Log.Lines, l => l.EventId == 2001);
    }

    [Fact]
    public async Task Worker_StreamBrokenDuringTraining_GoesOnTrainingAndDelivers()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var finish = new TaskCompletionSource();
        var trainer = new ScriptedTrainer { DuringFit = (_, stop) => finish.Task.WaitAsync(stop) };
        await using var worker = StartWorker(trainer);
        await trainer.Fits.NextAsync();
        await worker.Log.NextAsync(2002);

        await Coordinator.RestartAsync();
        await worker.Log.NextAsync(2002);
        finish.SetResult();
        await Service.Uploads.Accepted.NextAsync();

        Assert.False(trainer.Fits.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Worker_ReconnectedAndNoLongerAsked_GivesTheTrainingUp()
    {
        var run = new RunFixture(10);
        var basis = Service.Models.Publish(run.Id, 0, run.Vector(0), run.Manifest.Hash);
        Service.State.AddRange([run.Announcement(), run.Fit(1, basis)]);
        var trainer = new ScriptedTrainer { DuringFit = (_, stop) => Task.Delay(Timeout.Infinite, stop) };
        await using var worker = StartWorker(trainer);
        await trainer.Fits.NextAsync();

        Service.State.RemoveAt(1);
        Service.EndStreams();

        Assert.Equal("round 1: training given up: the coordinator does not ask for it any more", (await worker.Log.NextAsync(2032)).Text);
    }

    [Fact]
    public async Task Worker_NobodyListens_SaysSoOnceAndConnectsWhenSomebodyDoes()
    {
        await Coordinator.StopAsync();
        await using var worker = StartWorker(new ScriptedTrainer());

        var fault = await worker.Log.NextAsync(2003);
        await worker.Log.NextAsync(2004);
        await worker.Log.NextAsync(2004);
        await Coordinator.ListenAsync();
        await worker.Log.NextAsync(2002);

        Assert.Matches(@"^cannot reach http://127\.0\.0\.1:\d+/: connection refused; is the coordinator running, and is the address right\?; retrying in 0 s$", fault.Text);
        Assert.Equal(LogLevel.Warning, fault.Level);
        Assert.Null(fault.Exception);
        Assert.Single(worker.Log.Lines, l => l.EventId == 2003);
    }

    [Fact]
    public async Task Worker_TlsToAPortWithoutIt_SaysSo()
    {
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { Coordinator = o.Coordinator.Replace("http:", "https:", StringComparison.Ordinal) });

        Assert.StartsWith("no TLS connection to https://127.0.0.1:", (await worker.Log.NextAsync(2003)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_APortThatSpeaksSomethingElse_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var worker = StartWorker(new ScriptedTrainer(), o => o with { Coordinator = $"http://{listener.LocalEndpoint}" });
        using (var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Limit, TestContext.Current.CancellationToken))
        {
            await connection.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.Contains("does not speak HTTP/2", (await worker.Log.NextAsync(2003)).Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition, "protocol_version: this coordinator speaks 2", "refuses this client (protocol 1, fedlearn-dotnet/")]
    [InlineData(StatusCode.Unauthenticated, "the id is taken", "use the state folder of its first registration, or another id")]
    [InlineData(StatusCode.Unimplemented, "", "there is no FedLearn coordinator for participants")]
    public async Task Worker_RefusedForGood_EndsWithOneMessage(StatusCode status, string detail, string expected)
    {
        Coordinator.Faults.Refuse(nameof(Federation.FederationBase.Join), status, detail);
        await using var worker = StartWorker(new ScriptedTrainer());

        var refusal = await Assert.ThrowsAsync<FederationException>(() => worker.Running.WaitAsync(Patience.Limit));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_TokenOfAnotherFederation_EndsAndSaysWhatToDo()
    {
        await using (var first = StartWorker(new ScriptedTrainer()))
        {
            await first.Log.NextAsync(2002);
        }

        await using var other = await FakeCoordinator.StartAsync();
        await using var worker = Worker.Start(other.Address, Folder, new ScriptedTrainer());

        var refusal = await Assert.ThrowsAsync<FederationException>(() => worker.Running.WaitAsync(Patience.Limit));
        Assert.Contains("refuses the token of 'hospital-a'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateFolder_InUse_IsRefused()
    {
        await using var first = StartWorker(new ScriptedTrainer());
        await first.Log.NextAsync(2002);
        await using var second = StartWorker(new ScriptedTrainer());

        var refusal = await Assert.ThrowsAsync<FederationException>(() => second.Running);
        Assert.Contains("is in use by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_WithMistakes_AreAllNamedAtOnce()
    {
        await using var worker = StartWorker(
            new ScriptedTrainer(), o => o with { Coordinator = "127.0.0.1:7070", ClientId = "Hospital A", MaxConcurrent = 0, MaxSteps = -1, MaxSeconds = double.NaN });

        var refusal = await Assert.ThrowsAsync<FederationException>(() => worker.Running);

        Assert.All(["Coordinator: ", "ClientId: ", "MaxConcurrent: ", "MaxSteps: ", "MaxSeconds: "], path => Assert.Contains($"\n{path}", refusal.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Folder.File("state")));
    }
}
