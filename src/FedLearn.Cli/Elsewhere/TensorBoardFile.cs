using System.Buffers.Binary;
using System.Numerics;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Cli.Elsewhere;

/// <summary>
/// A run's metrics as a TensorBoard event file, in a folder of the run's own below the log directory. Each start writes the whole history into a new file and
/// deletes the one that an earlier start left.
/// </summary>
/// <remarks>
/// The file is a sequence of TFRecords (length as uint64, its masked CRC-32C, the bytes, theirs; tensorflow/core/lib/io/record_writer.h), each an Event message
/// (tensorflow/core/util/event.proto): wall_time = 1, step = 2, file_version = 3, summary = 5; a Summary has value = 1 with tag = 1 and simple_value = 2.
/// </remarks>
/// <param name="logs">The log directory, as for <c>tensorboard --logdir</c>.</param>
/// <param name="time">The clock of wall times.</param>
internal sealed class TensorBoardFile(string logs, TimeProvider time) : IMetricSink
{
    private const string Mark = ".fedlearn";

    private FileStream? _file;

    /// <inheritdoc/>
    public Task<int> BeginAsync(Run run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(logs, run.RunId)).FullName;
        foreach (var older in Directory.EnumerateFiles(folder, $"events.out.tfevents.*{Mark}"))
        {
            File.Delete(older);
        }

        _file = new FileStream(Path.Combine(folder, $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds()}{Mark}"), FileMode.Create, FileAccess.Write, FileShare.Read);
        Write(e =>
        {
            e.WriteTag(3, WireFormat.WireType.LengthDelimited);
            e.WriteString("brain.Event:2");
        });
        return Task.FromResult(0);
    }

    /// <inheritdoc/>
    public Task TakeAsync(int round, IReadOnlyList<Metric> metrics, CancellationToken cancellationToken)
    {
        Write(e =>
        {
            e.WriteTag(2, WireFormat.WireType.Varint);
            e.WriteInt64(round);
            e.WriteTag(5, WireFormat.WireType.LengthDelimited);
            e.WriteBytes(Message(summary =>
            {
                foreach (var metric in metrics)
                {
                    summary.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    summary.WriteBytes(Value(metric));
                }
            }));
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndAsync(Run run, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }

    /// <summary>The checksum of a TFRecord: CRC-32C, rotated and offset so that a checksum of data with checksums in it stays good.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private static ByteString Value(Metric metric) => Message(value =>
    {
        value.WriteTag(1, WireFormat.WireType.LengthDelimited);
        value.WriteString(metric.Name);
        value.WriteTag(2, WireFormat.WireType.Fixed32);
        value.WriteFloat((float)metric.Value);
    });

    private static ByteString Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var coded = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(coded);
        }

        return ByteString.CopyFrom(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private void Write(Action<CodedOutputStream> content)
    {
        var data = Message(e =>
        {
            e.WriteTag(1, WireFormat.WireType.Fixed64);
            e.WriteDouble(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            content(e);
        });
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc(data.Span));
        _file!.Write(head);
        _file.Write(data.Span);
        _file.Write(tail);
        _file.Flush();
    }
}
