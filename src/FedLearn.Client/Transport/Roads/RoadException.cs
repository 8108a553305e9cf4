namespace FedLearn.Client.Transport.Roads;

/// <summary>A vector's other road did not carry it; gRPC still may. A verdict of the coordinator is never this.</summary>
internal sealed class RoadException : Exception
{
    /// <param name="message">What happened, for the log.</param>
    /// <param name="broke">Whether the road had answered for a while, as a network that breaks does: it may well go on from there.</param>
    /// <param name="cause">The transport's fault.</param>
    public RoadException(string message, bool broke, Exception? cause = null)
        : base(message, cause) => Broke = broke;

    public bool Broke { get; }
}
