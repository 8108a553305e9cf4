using FedLearn.Core.Models;

namespace FedLearn.Training.Models.Recurrent;

/// <summary>A next-character model below its dense top: an embedding, then LSTM layers, of which the top one's last state goes on.</summary>
/// <param name="Length">Characters that are read before the next is told.</param>
/// <param name="Alphabet">Different characters.</param>
/// <param name="Embedding">Numbers that stand for a character.</param>
/// <param name="Hidden">Units of every layer.</param>
/// <param name="Layers">LSTM layers.</param>
internal sealed record LstmShape(int Length, int Alphabet, int Embedding, int Hidden, int Layers)
{
    /// <summary>A layer's tensors: weight_ih, weight_hh, bias_ih, bias_hh.</summary>
    public const int TensorsOfLayer = 4;

    /// <summary>All tensors, in PyTorch's order, names and layouts; gates stand in the order input, forget, cell, output.</summary>
    public IEnumerable<TensorSpec> Tensors()
    {
        yield return new("embedding.weight", new(InitKind.Normal, 1), Alphabet, Embedding);
        for (var layer = 0; layer < Layers; layer++)
        {
            yield return new($"lstm.weight_ih_l{layer}", InitRule.Glorot, 4 * Hidden, InputsOf(layer));
            yield return new($"lstm.weight_hh_l{layer}", InitRule.Glorot, 4 * Hidden, Hidden);
            yield return new($"lstm.bias_ih_l{layer}", InitRule.Zeros, 4 * Hidden);
            yield return new($"lstm.bias_hh_l{layer}", InitRule.Zeros, 4 * Hidden);
        }
    }

    /// <summary>Inputs of a layer at each character.</summary>
    public int InputsOf(int layer) => layer == 0 ? Embedding : Hidden;
}
