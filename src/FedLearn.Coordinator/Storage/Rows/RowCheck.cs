using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>
/// A row that carries a checksum over its other fields: SQLite finds a damaged page only where its structure suffers, and a flipped bit
/// in a weight or an offset must not reach a model.
/// </summary>
internal abstract class CheckedRow
{
    /// <summary>XxHash3 over the other fields; null in rows that are older than checks.</summary>
    public long? Check { get; set; }

    /// <summary>What names the row in a message.</summary>
    protected abstract string Title { get; }

    /// <summary>The check of what the fields say now.</summary>
    public long ComputeCheck()
    {
        var hash = new FieldHash();
        AddFields(hash);
        return hash.Value;
    }

    /// <exception cref="StoredDataException">A field is not what was stored.</exception>
    public void Verify()
    {
        if (Check is { } stored && stored != ComputeCheck())
        {
            throw new StoredDataException($"the database's row of {Title} is damaged: its checksum does not match. Stop the coordinator and restore a backup");
        }
    }

    /// <summary>Adds every field but the check.</summary>
    protected abstract void AddFields(FieldHash hash);

    /// <summary>Verifies every row as it is read.</summary>
    public sealed class Verifier : IMaterializationInterceptor
    {
        /// <summary>One for all factories: EF builds its services anew for each other one.</summary>
        public static Verifier Instance { get; } = new();

        public object InitializedInstance(MaterializationInterceptionData materializationData, object instance)
        {
            (instance as CheckedRow)?.Verify();
            return instance;
        }
    }
}

/// <summary>Hashes fields so that no two lists of fields give the same bytes.</summary>
internal sealed class FieldHash
{
    private readonly XxHash3 _hash = new();

    public long Value => (long)_hash.GetCurrentHashAsUInt64();

    public FieldHash Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _hash.Append(bytes);
        return this;
    }

    public FieldHash Add(long? value) => Add(value is null ? 0L : 1L).Add(value ?? 0L);

    public FieldHash Add(bool value) => Add(value ? 1L : 0L);

    public FieldHash Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    public FieldHash Add(double? value) => Add(value is { } number ? BitConverter.DoubleToInt64Bits(number) : (long?)null);

    public FieldHash Add(string? value) => Add(MemoryMarshal.AsBytes(value.AsSpan()), value is null);

    public FieldHash Add(byte[] value) => Add(value, isNull: false);

    private FieldHash Add(ReadOnlySpan<byte> bytes, bool isNull)
    {
        Add(isNull ? -1L : bytes.Length);
        _hash.Append(bytes);
        return this;
    }
}
