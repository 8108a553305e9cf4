using FedLearn.Client.Transport;
using FedLearn.Client.Transport.Roads;
using FedLearn.Core.Models;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Client.Tests.Transport;

public class RoadClientTests
{
    private static readonly Uri s_coordinator = new("http://coordinator:7070");
    private static readonly Road s_road = new() { Url = "http://coordinator:7072/models/run/1" };

    [Fact]
    public async Task Connection_ThatDoesNotComeAboutInTime_IsTheRoadsFaultAndNotTheRounds()
    {
        // What SocketsHttpHandler throws when its ConnectTimeout is over.
        using var client = new RoadClient(s_coordinator, new Failing(new TaskCanceledException("canceled", new TimeoutException())), new FakeTimeProvider());
        using var vector = NewVector();

        var fault = await Assert.ThrowsAsync<RoadException>(() => client.GetAsync(s_road, null, vector, CancellationToken.None));

        Assert.False(fault.Broke);
    }

    [Fact]
    public async Task Caller_ThatCancels_IsNotTheRoadsFault()
    {
        using var client = new RoadClient(s_coordinator, new Failing(new TaskCanceledException()), new FakeTimeProvider());
        using var vector = NewVector();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(s_road, null, vector, new CancellationToken(canceled: true)));
    }

    private static IncomingVector NewVector() => new(new ModelManifest([new TensorSpec("w", [4], InitRule.Zeros)]));

    private sealed class Failing(Exception fault) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(fault);
    }
}
