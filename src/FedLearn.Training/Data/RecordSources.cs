using System.Buffers;
using FedLearn.Client.Vault;

namespace FedLearn.Training.Data;

/// <summary>What can be done with any source of records.</summary>
public static class RecordSources
{
    /// <summary>Reads a source to its end into memory.</summary>
    public static byte[] ReadAll(IRecordSource source)
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (source.TryRead(buffer.GetSpan(source.RecordLength)[..source.RecordLength]))
        {
            buffer.Advance(source.RecordLength);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The records of <paramref name="source"/> at the given places (from 0), in the source's order: one part of a partition,
    /// still read as a stream. Disposing it disposes the source.
    /// </summary>
    public static IRecordSource Subset(IRecordSource source, IEnumerable<int> indices) => new SubsetRecordSource(source, indices);

    private sealed class SubsetRecordSource(IRecordSource source, IEnumerable<int> indices) : IRecordSource
    {
        private readonly int[] _indices = [.. indices.Distinct().Order()];
        private int _next;
        private int _position;

        public ReadOnlyMemory<byte> Schema => source.Schema;

        public int RecordLength => source.RecordLength;

        public bool TryRead(Span<byte> record)
        {
            if (_next == _indices.Length)
            {
                return false;
            }

            do
            {
                if (!source.TryRead(record))
                {
                    throw new InvalidDataException($"the source has {_position} records; number {_indices[_next]} (from 0) was asked for");
                }
            }
            while (_position++ < _indices[_next]);
            _next++;
            return true;
        }

        public void Dispose() => source.Dispose();
    }
}
