using System.Text;
using FedLearn.Client.Vault;

namespace FedLearn.Client.Tests.Vault;

/// <summary>Records made from their index, so that a test knows each; breaks at a row if asked to.</summary>
internal sealed class RowSource(int rows, int recordLength = 100, string schema = "{\"test\":1}", int breakAt = -1, int first = 0) : IRecordSource
{
    private int _next;

    public ReadOnlyMemory<byte> Schema { get; } = Encoding.UTF8.GetBytes(schema);

    public int RecordLength => recordLength;

    public static byte[] Row(int index, int length)
    {
        var row = new byte[length];
        new Random(index).NextBytes(row);
        return row;
    }

    public bool TryRead(Span<byte> record)
    {
        if (_next == breakAt)
        {
            throw new InvalidDataException($"rows.csv line {breakAt}, column 3: a number is expected");
        }

        if (_next == rows)
        {
            return false;
        }

        Row(first + _next++, recordLength).CopyTo(record);
        return true;
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
