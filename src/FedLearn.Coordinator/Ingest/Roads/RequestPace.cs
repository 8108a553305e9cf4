using FedLearn.Coordinator.Ingest.Uploads;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace FedLearn.Coordinator.Ingest.Roads;

/// <summary>Who watches over the pace of a request's body.</summary>
internal static class RequestPace
{
    /// <summary>
    /// The server's own rule cuts a body off that pauses for seconds, without a word; an upload's is <see cref="PaceGuard"/>. To be called
    /// before the body is read.
    /// </summary>
    public static void LeaveToIngest(HttpContext http)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
