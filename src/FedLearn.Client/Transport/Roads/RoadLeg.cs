using Grpc.Core;

namespace FedLearn.Client.Transport.Roads;

/// <summary>
/// What one vector makes of a road that fails. A road that breaks in mid-way is tried again from where it broke, as gRPC would be; one that
/// never answered, or that broke twice at the same byte, is closed, and the vector goes by gRPC.
/// </summary>
internal sealed class RoadLeg(RoadBook book)
{
    private long _brokeAt = -1;

    /// <param name="road">The road taken.</param>
    /// <param name="start">The byte at which this attempt on it started.</param>
    /// <param name="fault">How it failed.</param>
    /// <returns>When the road is closed: go on by gRPC at once.</returns>
    /// <exception cref="RpcException">The road broke: try again, later.</exception>
    public void TakeFault(Protocol.V1.Road road, long start, RoadException fault)
    {
        if (fault.Broke && start > _brokeAt)
        {
            _brokeAt = start;
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message, fault));
        }

        book.Close(road, fault.Message);
    }
}
