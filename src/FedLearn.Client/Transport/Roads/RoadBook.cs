using FedLearn.Client.Logging;
using FedLearn.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Transport.Roads;

/// <summary>
/// Whether vectors may take the coordinator's other road. One that failed is left alone for a while, for uploads and downloads alike: they
/// go to the same listener.
/// </summary>
internal sealed class RoadBook(TimeProvider time, ILogger logger)
{
    /// <summary>Vectors from this many bytes on take the road where there is one: 1 MiB. Below, its additional call costs more than it saves.</summary>
    public const int LeastBytes = 1 << 20;

    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private long? _closedAt;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _closedAt is not { } closed || time.GetElapsedTime(closed) >= Rest;
            }
        }
    }

    /// <summary>Leaves the road alone for five minutes, and says so.</summary>
    public void Close(Road road, string fault)
    {
        lock (_lock)
        {
            _closedAt = time.GetTimestamp();
        }

        ClientLog.RoadClosed(logger, AuthorityOf(road), fault, Rest.TotalMinutes);
    }

    /// <summary>A new connection to the coordinator: what stood in the way may be gone with the old one.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _closedAt = null;
        }
    }

    private static string AuthorityOf(Road road) =>
        Uri.TryCreate(road.Url, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : road.Url;
}
