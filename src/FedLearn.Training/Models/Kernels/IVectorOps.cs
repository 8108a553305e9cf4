namespace FedLearn.Training.Models.Kernels;

/// <summary>
/// What the kernels need of a vector register. One body of code serves every width: the implementations are structs without state, so
/// that the JIT compiles the kernels once per width with these calls inlined.
/// </summary>
internal unsafe interface IVectorOps<TVector>
    where TVector : struct
{
    /// <summary>Floats in a register.</summary>
    static abstract int Width { get; }

    static abstract TVector Load(float* source);

    /// <summary>Lanes outside the mask read nothing and are 0.</summary>
    static abstract TVector LoadMasked(float* source, TVector mask);

    static abstract void Store(float* target, TVector value);

    /// <summary>Lanes outside the mask write nothing.</summary>
    static abstract void StoreMasked(float* target, TVector mask, TVector value);

    /// <summary>A mask of the first <paramref name="count"/> lanes.</summary>
    static abstract TVector Mask(int count);

    static abstract TVector Broadcast(float value);

    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a*b + c with one rounding.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract float Sum(TVector value);
}
