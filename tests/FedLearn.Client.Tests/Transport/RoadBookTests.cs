using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Transport.Roads;
using FedLearn.Protocol.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Client.Tests.Transport;

public sealed class RoadBookTests : IDisposable
{
    private static readonly Road s_road = new() { Url = "http://coordinator:7072/uploads/secret-id", Ticket = "secret" };

    private readonly FakeTimeProvider _time = new();
    private readonly LogCapture _log = new();
    private readonly RoadBook _book;

    public RoadBookTests() => _book = new RoadBook(_time, _log);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Road_Closed_IsLeftAloneForFiveMinutesAndNamedWithoutItsPath()
    {
        _book.Close(s_road, "it burns");

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        Assert.False(_book.IsOpen);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_book.IsOpen);
        var line = Assert.Single(_log.Lines);
        Assert.Contains("http://coordinator:7072, does not carry them: it burns", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Road_Closed_IsOpenAgainAfterANewConnection()
    {
        _book.Close(s_road, "it burns");

        _book.Reopen();

        Assert.True(_book.IsOpen);
    }

    [Fact]
    public void Fault_InMidWay_IsTriedAgainAsLongAsBytesArrive()
    {
        var leg = new RoadLeg(_book);

        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => leg.TakeFault(s_road, 0, Broke())).StatusCode);
        Assert.Throws<RpcException>(() => leg.TakeFault(s_road, 10, Broke()));
        Assert.True(_book.IsOpen);

        leg.TakeFault(s_road, 10, Broke());
        Assert.False(_book.IsOpen);
    }

    [Fact]
    public void Fault_BeforeAnAnswer_ClosesTheRoadAtOnce()
    {
        new RoadLeg(_book).TakeFault(s_road, 0, new RoadException("refused", broke: false));

        Assert.False(_book.IsOpen);
    }

    private static RoadException Broke() => new("reset", broke: true);
}
