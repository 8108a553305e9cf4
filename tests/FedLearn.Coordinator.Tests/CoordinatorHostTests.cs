using System.Net;
using System.Net.Sockets;

namespace FedLearn.Coordinator.Tests;

public class CoordinatorHostTests
{
    [Fact]
    public async Task Start_PortInUse_SaysSoAndLeavesTheFolderUsable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var folder = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;
        var options = TestCoordinator.OptionsFor(folder) with { Listen = $"http://{listener.LocalEndpoint}" };

        var refused = await Assert.ThrowsAsync<StartupException>(() => CoordinatorHost.StartAsync(options));

        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        await using (await TestCoordinator.StartAsync(folder))
        {
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Start_SecondCoordinatorOnOneFolder_IsRefused()
    {
        await using var first = await TestCoordinator.StartAsync();

        var refused = await Assert.ThrowsAsync<StartupException>(() => CoordinatorHost.StartAsync(TestCoordinator.OptionsFor(first.Folder)));

        Assert.Contains("in use by another coordinator", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterAKillBetweenARunsEndAndItsCleaning_DeletesTheRoundsThatAreLeft()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        var over = await coordinator.CreateRunAsync(TestCoordinator.Spec());
        await coordinator.Runs.StopRunAsync(new Protocol.V1.StopRunRequest { RunId = over.RunId }, coordinator.Operator);
        var run = Path.Combine(coordinator.Folder, "runs", over.RunId);
        var left = Directory.CreateDirectory(Path.Combine(run, "rounds", "000001")).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, "a.0123456789abcdef.update"), "left");

        await coordinator.RestartAsync();

        Assert.False(Directory.Exists(left));
        Assert.True(File.Exists(Path.Combine(run, "versions", "000000.safetensors")));
    }

    [Fact]
    public async Task Dispose_WithoutStop_LetsGoOfEverything()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;
        var host = await StartAndDisposeAsync(folder);

        for (var attempt = 0; host.IsAlive && attempt < 1000; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.False(host.IsAlive);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Start_WithoutTlsBeyondLoopback_IsRefused()
    {
        var options = TestCoordinator.OptionsFor("unused") with { Listen = "http://0.0.0.0:7070" };

        var refused = await Assert.ThrowsAsync<StartupException>(() => CoordinatorHost.StartAsync(options));

        Assert.Contains("leave --insecure out", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists("unused"));
    }

    [Fact]
    public async Task Start_SpecWithMistakes_ListsThemAll()
    {
        var folder = Directory.CreateTempSubdirectory("fedlearn-test-").FullName;
        var options = TestCoordinator.OptionsFor(folder) with
        {
            SpecJsons = ["""{ "name": "Bad Name", "seed": "x", "client": { "epochs": 0, "momentum": 1 }, "model": { "kind": "custom" }, "stop": { "rounds": 0 } }"""],
        };

        var refused = await Assert.ThrowsAsync<StartupException>(() => CoordinatorHost.StartAsync(options));

        Assert.All(["name:", "seed:", "client.epochs:", "client.momentum:", "model.tensors:", "stop.rounds:"], path => Assert.Contains(path, refused.Message, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Health_WhileRunning_IsLiveAndReady()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(coordinator.OperationsAddress) };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/ready")).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fedlearn.v1.Federation")]
    [InlineData("fedlearn.v1.Runs")]
    public async Task GrpcHealth_WhileRunning_IsServing(string service)
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(coordinator.Address);

        var reply = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new Grpc.Health.V1.HealthCheckRequest { Service = service });

        Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
    }

    /// <summary>On its own, so that no variable of the test keeps the host.</summary>
    private static async Task<WeakReference> StartAndDisposeAsync(string folder)
    {
        var host = await CoordinatorHost.StartAsync(TestCoordinator.OptionsFor(folder));
        await host.DisposeAsync();
        return new WeakReference(host.Services);
    }
}
