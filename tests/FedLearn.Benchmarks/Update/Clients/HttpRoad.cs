using System.Net;
using System.Net.Http.Headers;
using FedLearn.Protocol.V1;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>The other road: opened over gRPC, the bytes as one HTTP PUT by the stock HttpClient.</summary>
internal sealed class HttpRoad : IUploadRoad
{
    public string Name => "HTTP road";

    public async Task<Receipt> SendAsync(Participant participant, UpdateHeader header, Payload payload)
    {
        var opened = await participant.Api.OpenUpdateAsync(new OpenUpdateRequest { Header = header }, participant.Headers);
        var road = opened.Upload.Road ?? throw new BenchmarkException("the coordinator offers no other road for this upload");
        using var content = new PayloadContent(payload);
        content.Headers.ContentRange = new ContentRangeHeaderValue(0, payload.Length - 1, payload.Length);
        using var request = Request(HttpMethod.Put, road, participant);
        request.Content = content;
        using var response = await participant.Http.SendAsync(request);
        return await response.Content.ReadAsByteArrayAsync() is var body && response.StatusCode == HttpStatusCode.OK
            ? PushUpdateReply.Parser.ParseFrom(body).Receipt
            : throw new BenchmarkException($"PUT {road.Url}: {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
    }

    /// <summary>A request with the headers that every one on this road carries.</summary>
    public static HttpRequestMessage Request(HttpMethod method, Road road, Participant participant)
    {
        var request = new HttpRequestMessage(method, road.Url);
        request.Headers.TryAddWithoutValidation("authorization", participant.Authorization);
        request.Headers.TryAddWithoutValidation("fedlearn-ticket", road.Ticket);
        return request;
    }

    private sealed class PayloadContent(Payload payload) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var scratch = new byte[Payload.PieceSize];
            for (var at = 0L; at < payload.Length; at += Payload.PieceSize)
            {
                await stream.WriteAsync(payload.Piece(at, scratch));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = payload.Length;
            return true;
        }
    }
}
