namespace FedLearn.Training.Models.Kernels;

/// <summary>Floats that stay where they are, start at a cache line and begin as zeros. The collector frees them with their owner.</summary>
internal sealed unsafe class AlignedFloats
{
    private const int LineFloats = 16;

    private readonly float[] _array;
    private readonly int _offset;

    public AlignedFloats(int length)
    {
        Length = length;
        _array = GC.AllocateArray<float>(length + LineFloats, pinned: true);
        fixed (float* start = _array)
        {
            _offset = (int)((LineFloats - ((nint)start / sizeof(float) % LineFloats)) % LineFloats);
            Pointer = start + _offset;
        }
    }

    public int Length { get; }

    /// <summary>Valid as long as this object is reachable.</summary>
    public float* Pointer { get; }

    public Span<float> Span => _array.AsSpan(_offset, Length);
}
