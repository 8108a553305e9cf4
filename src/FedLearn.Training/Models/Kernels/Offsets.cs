namespace FedLearn.Training.Models.Kernels;

/// <summary>Offsets in floats that stay where they are. The collector frees them with their owner.</summary>
internal sealed unsafe class Offsets
{
    private readonly nint[] _array;

    public Offsets(IEnumerable<long> offsets)
    {
        long[] values = [.. offsets];
        _array = GC.AllocateUninitializedArray<nint>(values.Length, pinned: true);
        for (var i = 0; i < values.Length; i++)
        {
            _array[i] = checked((nint)values[i]);
        }

        fixed (nint* start = _array)
        {
            Pointer = start;
        }
    }

    public int Count => _array.Length;

    /// <summary>Valid as long as this object is reachable.</summary>
    public nint* Pointer { get; }
}
