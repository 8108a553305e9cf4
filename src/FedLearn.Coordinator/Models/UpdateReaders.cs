using FedLearn.Core.Aggregation;

namespace FedLearn.Coordinator.Models;

/// <summary>The pieces of updates that one thread looks at side by side, in one pooled buffer.</summary>
internal sealed class UpdateReaders : IDisposable
{
    private readonly float[] _buffer;
    private readonly PieceReader[] _places;

    public UpdateReaders(int places)
    {
        var length = UpdatePieces.LengthFor(places);
        _buffer = BlockPools.Singles.Rent(places * length);
        _places = [.. Enumerable.Range(0, places).Select(i => new PieceReader(_buffer.AsMemory(i * length, length)))];
    }

    public PieceReader this[int place] => _places[place];

    public void Dispose() => BlockPools.Singles.Return(_buffer);
}
