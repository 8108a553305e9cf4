namespace FedLearn.Proofs.Networks;

/// <summary>What a proxy counted. Thread-safe.</summary>
internal sealed class ProxyFigures
{
    private readonly int[] _faults = new int[Enum.GetValues<LinkFault>().Length];
    private long _bytesUp;
    private int _connections;

    /// <summary>Bytes that clients sent: forwarded, lost at a reset, or left in the proxy's receive buffer by one.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    public int Connections => Volatile.Read(ref _connections);

    public int Of(LinkFault fault) => Volatile.Read(ref _faults[(int)fault]);

    public void AddUp(long bytes) => Interlocked.Add(ref _bytesUp, bytes);

    public void AddFault(LinkFault fault) => Interlocked.Increment(ref _faults[(int)fault]);

    /// <summary>The number of the next connection, from 0.</summary>
    public int NextConnection() => Interlocked.Increment(ref _connections) - 1;

    public override string ToString() =>
        $"{Connections} connections, {Of(LinkFault.Reset)} resets, {Of(LinkFault.Stall)} stalls, {Of(LinkFault.HalfOpen)} half open, {BytesUp / 1e6:0.0} MB sent by clients";
}
