using System.Net;
using FedLearn.Coordinator.Operations.Limits;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Operations.Limits;

public sealed class CallQuotaTests
{
    private static readonly IPAddress s_address = IPAddress.Loopback;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Enter_MoreThanTheRate_IsRefusedForThatClientAloneAndSaysHowLongToWait()
    {
        var quota = Make(new CoordinatorLimits { ClientRequestsPerSecond = 1 });
        quota.Enter("a").Dispose();
        quota.Enter("a").Dispose();

        var refused = Assert.Throws<RpcException>(() => quota.Enter("a"));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Equal("client 'a': more than 1 requests per second; wait 1 s and call less often", refused.Status.Detail);
        quota.Enter("b").Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        quota.Enter("a").Dispose();
    }

    [Fact]
    public void Enter_MoreCallsAtOnceThanAllowed_IsRefusedUntilOneEnds()
    {
        var quota = Make(new CoordinatorLimits { ClientStreams = 2 });
        using var first = quota.Enter("a");
        var second = quota.Enter("a");

        var refused = Assert.Throws<RpcException>(() => quota.Enter("a"));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("2 calls are under way", refused.Status.Detail, StringComparison.Ordinal);
        second.Dispose();
        quota.Enter("a").Dispose();
    }

    [Theory]
    [InlineData(1, 1000, "the address 127.0.0.1")]
    [InlineData(1000, 1, "all callers together")]
    public void Arrive_MoreThanTheRate_IsRefused(double address, double total, string who)
    {
        var quota = Make(new CoordinatorLimits { AddressRequestsPerSecond = address, TotalRequestsPerSecond = total });
        quota.Arrive(s_address);
        quota.Arrive(s_address);

        Assert.Contains(who, Assert.Throws<RpcException>(() => quota.Arrive(s_address)).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrive_FromEverNewAddresses_RemembersABoundedNumber()
    {
        var quota = Make(new CoordinatorLimits { TotalRequestsPerSecond = 1_000_000 });

        for (uint i = 0; i < 3 * CallQuota.MostIdleShares; i++)
        {
            quota.Arrive(new IPAddress(i));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(quota.Count, 1, CallQuota.MostIdleShares);
    }

    private CallQuota Make(CoordinatorLimits limits) => new(new CoordinatorOptions { DataFolder = "d", Limits = limits }, _time);
}
