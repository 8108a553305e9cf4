using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Ingest;

/// <summary>Compressed updates over the wire.</summary>
public class EncodedIngestTests
{
    private const string Bf16 = "\"encoding\": \"bf16\"";
    private const string Int8 = "\"encoding\": \"int8\"";
    private const string TopK = "\"encoding\": \"topk\", \"topK\": 0.3";
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(Bf16, 1001)]
    [InlineData(Int8, 1001)]
    [InlineData(TopK, 1001)]
    [InlineData(Bf16, 1_000_000)]
    [InlineData(Int8, 2_000_000)]
    [InlineData(TopK, 1_000_000)]
    public async Task Push_AnEncodedUpdate_IsPublishedAsItDecodes(string client, int elements)
    {
        await using var round = await EncodedRound.OpenAsync(client, elements);

        await round.PushAsync(round.Header(round.Bytes), round.Bytes);

        await round.AssertPublishedAsync();
    }

    [Theory]
    [InlineData(Bf16, 1_000_000)]
    [InlineData(Int8, 2_000_000)]
    [InlineData(TopK, 1_000_000)]
    public async Task Upload_CutAndResumedAfterARestart_IsPublishedAsItDecodes(string client, int elements)
    {
        await using var round = await EncodedRound.OpenAsync(client, elements);
        var opened = await round.OpenUploadAsync();
        await Assert.ThrowsAsync<RpcException>(() => round.SendAsync(new PushUpdateRequest { Resume = opened }, round.Bytes, 0, MiB + 12_345));
        await round.Coordinator.RestartAsync();
        await round.Client.WatchAsync();

        opened = await round.OpenUploadAsync();
        Assert.Equal(MiB, opened.Offset);
        await round.SendAsync(new PushUpdateRequest { Resume = new() { UploadId = opened.UploadId, Offset = MiB } }, round.Bytes, MiB, round.Bytes.Length);

        await round.AssertPublishedAsync();
    }

    [Theory]
    [InlineData(Bf16, 1_000_000)]
    [InlineData(Int8, 2_000_000)]
    [InlineData(TopK, 1_000_000)]
    public async Task Put_AnEncodedUpdate_IsPublishedAsItDecodes(string client, int elements)
    {
        await using var round = await EncodedRound.OpenAsync(client, elements);

        using var reply = await round.PutAsync(await round.OpenUploadAsync());

        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await round.AssertPublishedAsync();
    }

    [Theory]
    [InlineData(Bf16, 1001, 2 * 500, 0xFF7F, "NaN or Inf")]
    [InlineData(Int8, 2001, 1028, 0x0000C07F, "has a scale of NaN; expected a float32 of at least 0")]
    [InlineData(Int8, 2001, 1500, 0x80, "has a value of -128; expected -127 to 127")]
    [InlineData(TopK, 1001, 8 * 100, 0x00000000, "has a place of 0; expected")]
    [InlineData(TopK, 1001, (8 * 100) + 4, 0x0000C07F, "NaN or Inf")]
    [InlineData(Int8, 2_000_000, 1028 * 1100, 0x0000C07F, "has a scale of NaN; expected a float32 of at least 0")]
    public async Task Push_MalformedBytes_IsRefusedWithWhatWasExpectedAndChangesNothing(string client, int elements, int at, uint bytes, string text)
    {
        await using var round = await EncodedRound.OpenAsync(client, elements);
        var malformed = (byte[])round.Bytes.Clone();
        var width = bytes == 0x80 ? 1 : bytes == 0xFF7F ? 2 : 4;
        for (var i = 0; i < width; i++)
        {
            malformed[at + i] = (byte)(bytes >> (8 * (width - 1 - i)));
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => round.PushAsync(round.Header(malformed), malformed));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(text, refused.Status.Detail, StringComparison.Ordinal);
        await round.PushAsync(round.Header(round.Bytes), round.Bytes);
        await round.AssertPublishedAsync();
    }

    [Theory]
    [InlineData(Bf16, Encoding.F32, 0, "parts[0].encoding: expected ENCODING_BF16, got F32")]
    [InlineData(Bf16, Encoding.Bf16, 2, "parts[0].byte_length: expected 2002 bytes (1001 values as bf16), got 2004")]
    [InlineData(Int8, Encoding.Int8, -1, "parts[0].byte_length: expected 1005 bytes (1001 values as int8), got 1004")]
    [InlineData(TopK, Encoding.TopK, 8, "parts[0].byte_length: expected 2408 bytes (1001 values as topk), got 2416")]
    public async Task Open_AnotherEncodingOrLength_IsRefusedWithWhatWasExpected(string client, Encoding encoding, int more, string text)
    {
        await using var round = await EncodedRound.OpenAsync(client, 1001);
        var header = round.Header(round.Bytes);
        header.Parts[0].Encoding = encoding;
        header.Parts[0].ByteLength += more;

        var refused = await Assert.ThrowsAsync<RpcException>(() => round.PushAsync(header, round.Bytes));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains(text, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_NormOfTheDecodedDeltaOverTheBound_IsRefused()
    {
        // 1,001 values of at most 1/2: of those kept the norm is about 7, of the bytes taken for float32 it would be anything.
        await using var round = await EncodedRound.OpenAsync(Int8, 1001, """ "bounds": { "maxNorm": 5 }, """);

        var refused = await Assert.ThrowsAsync<RpcException>(() => round.PushAsync(round.Header(round.Bytes), round.Bytes));

        var norm = Math.Sqrt(round.Encoding.Decode(round.Bytes, 1001).Sum(v => (double)v * v));
        Assert.Contains($"the update's L2 norm is {norm:g6}, the run allows 5 at most", refused.Status.Detail, StringComparison.Ordinal);
    }
}
