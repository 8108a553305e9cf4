using System.Buffers;
using FedLearn.Protocol.V1;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>How a participant fetches the base version; the bytes are counted and thrown away, as the yardstick does.</summary>
internal static class Downloads
{
    /// <summary>Over gRPC, with the generated stubs.</summary>
    /// <returns>The bytes received.</returns>
    public static async Task<long> GrpcAsync(Participant participant, FitAssignment fit)
    {
        using var call = participant.Api.GetModel(RequestOf(fit), participant.Headers);
        var received = 0L;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            received += call.ResponseStream.Current.Chunk?.Data.Length ?? 0;
        }

        return received;
    }

    /// <summary>Over the other road, with the stock HttpClient.</summary>
    /// <returns>The bytes received.</returns>
    public static async Task<long> HttpAsync(Participant participant, FitAssignment fit)
    {
        var road = await RoadAsync(participant, fit);
        using var request = HttpRoad.Request(HttpMethod.Get, road, participant);
        using var response = await participant.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = ArrayPool<byte>.Shared.Rent(Payload.PieceSize);
        var received = 0L;
        for (int read; (read = await body.ReadAsync(buffer)) > 0; received += read)
        {
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return received;
    }

    /// <summary>Whether the coordinator offers the other road.</summary>
    public static async Task<bool> OffersRoadAsync(Participant participant, FitAssignment fit) => await FindRoadAsync(participant, fit) is not null;

    private static async Task<Road> RoadAsync(Participant participant, FitAssignment fit) =>
        await FindRoadAsync(participant, fit) ?? throw new BenchmarkException("the coordinator offers no other road for the model");

    private static async Task<Road?> FindRoadAsync(Participant participant, FitAssignment fit)
    {
        var request = RequestOf(fit);
        request.PreferRoad = true;
        using var call = participant.Api.GetModel(request, participant.Headers);
        return await call.ResponseStream.MoveNext(CancellationToken.None) ? call.ResponseStream.Current.Road : null;
    }

    private static GetModelRequest RequestOf(FitAssignment fit) => new() { RunId = fit.RunId, Version = fit.BaseVersion };
}
