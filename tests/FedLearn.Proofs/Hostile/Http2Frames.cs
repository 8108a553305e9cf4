using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FedLearn.Proofs.Hostile;

/// <summary>Frames of HTTP/2 (RFC 9113, section 6), byte by byte, so that they can be what no library would send.</summary>
internal static class Http2Frames
{
    private const byte Data = 0;
    private const byte HeadersType = 1;
    private const byte ResetType = 3;
    private const byte SettingsType = 4;
    private const byte PingType = 6;
    private const byte ContinuationType = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    /// <summary>What a client says first, with its settings.</summary>
    public static byte[] Preface { get; } = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Settings()];

    public static byte[] Settings() => Frame(SettingsType, 0, 0, []);

    public static byte[] Ping() => Frame(PingType, 0, 0, new byte[8]);

    public static byte[] Reset(int stream) => Frame(ResetType, 0, stream, [0, 0, 0, 8]);

    /// <summary>The begin of a call to Heartbeat.</summary>
    public static byte[] Headers(int stream, bool ended, string encoding = "identity") => Frame(HeadersType, (byte)(ended ? EndHeaders : 0), stream, Call(encoding));

    /// <summary>More headers of a call, which never end.</summary>
    public static byte[] Continuation(int stream) => Frame(ContinuationType, 0, stream, Literal(Encoding.ASCII.GetBytes("x-more"), new byte[1000].Select(_ => (byte)'a').ToArray()));

    /// <summary>A whole call whose message of some KiB unpacks to 64 MiB.</summary>
    public static byte[] Bomb(int stream) => [.. Headers(stream, ended: true, "gzip"), .. s_bomb.Chunk(16 << 10).SelectMany((part, i) =>
        Frame(Data, (byte)((i + 1) << 14 >= s_bomb.Length ? EndStream : 0), stream, part))];

    /// <summary>A whole call with an empty message, by somebody who is nobody.</summary>
    public static byte[] StrangersCall(int stream) => [.. Headers(stream, ended: true), .. Frame(Data, EndStream, stream, new byte[5])];

    private static readonly byte[] s_bomb = Compressed(64 << 20);

    private static byte[] Compressed(int length)
    {
        var packed = new MemoryStream();
        packed.Write([1, 0, 0, 0, 0]); // A compressed message of gRPC; its length comes below.
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(new byte[length]);
        }

        var bytes = packed.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - 5);
        return bytes;
    }

    /// <summary>Headers in HPACK (RFC 7541): names of the static table by their index, everything else as literals without indexing.</summary>
    private static byte[] Call(string encoding) =>
    [
        0x83, // :method POST
        0x86, // :scheme http
        .. Indexed(4, "/fedlearn.v1.Federation/Heartbeat"), // :path
        .. Indexed(1, "localhost"), // :authority
        .. Literal("content-type"u8.ToArray(), "application/grpc"u8.ToArray()),
        .. Literal("te"u8.ToArray(), "trailers"u8.ToArray()),
        .. Literal("grpc-encoding"u8.ToArray(), Encoding.ASCII.GetBytes(encoding)),
        .. Literal("authorization"u8.ToArray(), "Bearer 00"u8.ToArray()),
    ];

    private static byte[] Indexed(byte name, string value) => [name, .. Text(Encoding.ASCII.GetBytes(value))];

    private static byte[] Literal(byte[] name, byte[] value) => [0, .. Text(name), .. Text(value)];

    /// <summary>A string of HPACK: its length with a prefix of 7 bits (section 5.1), then its bytes.</summary>
    private static byte[] Text(byte[] bytes) => bytes.Length < 127
        ? [(byte)bytes.Length, .. bytes]
        : [127, (byte)(((bytes.Length - 127) & 0x7F) | 0x80), (byte)((bytes.Length - 127) >> 7), .. bytes];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
