using System.Numerics.Tensors;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Models.Recurrent;

/// <summary>
/// One LSTM layer over a batch of sequences, time first: z = W_ih x + b_ih + W_hh h' + b_hh, cut into i, f, g, o;
/// c = sigmoid(f) * c' + sigmoid(i) * tanh(g), h = sigmoid(o) * tanh(c), where h' and c' are those of the time before, zeros at first.
/// </summary>
internal sealed unsafe class LstmLayer
{
    private readonly int _inputs;
    private readonly int _hidden;
    private readonly int _length;
    private readonly nint[] _starts;
    private readonly AlignedFloats _gates;
    private readonly AlignedFloats _recurrent;
    private readonly AlignedFloats _states;
    private readonly AlignedFloats _cells;
    private readonly AlignedFloats _squashed;
    private readonly AlignedFloats _stateErrors;
    private readonly AlignedFloats _cellErrors;
    private readonly AlignedFloats _one = new(1);

    /// <param name="shape">What it is.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="starts">Where its four tensors begin in the parameters.</param>
    /// <param name="maximumBatch">The most examples of a pass.</param>
    public LstmLayer(LstmShape shape, int layer, nint[] starts, int maximumBatch)
    {
        (_inputs, _hidden, _length, _starts) = (shape.InputsOf(layer), shape.Hidden, shape.Length, starts);
        _gates = new(checked(_length * maximumBatch * 4 * _hidden));
        _recurrent = new(maximumBatch * 4 * _hidden);
        _states = new((_length + 1) * maximumBatch * _hidden);
        _cells = new(_states.Length);
        _squashed = new(_states.Length);
        _stateErrors = new(maximumBatch * _hidden);
        _cellErrors = new(maximumBatch * _hidden);
        Errors = new(_length * maximumBatch * _hidden);
        _one.Span[0] = 1;
    }

    /// <summary>Errors of all states [time, batch, hidden], to be written before <see cref="Down"/>; none comes from later times.</summary>
    public AlignedFloats Errors { get; }

    /// <summary>The states after time <paramref name="time"/> (-1: zeros) [batch, hidden], followed by those after it.</summary>
    public float* States(int time, int batch) => _states.Pointer + ((nint)(time + 1) * batch * _hidden);

    /// <summary>Computes the states from inputs [time, batch, inputs].</summary>
    public void Up(float* parameters, float* inputs, int batch)
    {
        var width = 4 * _hidden;
        Matrix.Dense(
            inputs, _length * batch, _inputs, parameters + _starts[0], parameters + _starts[2], width, _gates.Pointer, relu: false, 0, width);

        // Where these zeros lie depends on the batch: a larger one before may have written there.
        _states.Span[..(batch * _hidden)].Clear();
        _cells.Span[..(batch * _hidden)].Clear();
        for (var time = 0; time < _length; time++)
        {
            Matrix.Dense(
                States(time - 1, batch), batch, _hidden, parameters + _starts[1], parameters + _starts[3], width, _recurrent.Pointer, relu: false, 0, width);
            for (var b = 0; b < batch; b++)
            {
                Step(time, b, batch);
            }
        }
    }

    /// <summary>
    /// Passes the errors back through time. Puts those of the inputs where they are wanted, then the gradients into the target as
    /// <see cref="Network.Backward"/> says.
    /// </summary>
    public void Down(float* parameters, float* inputs, int batch, float* inputErrors, float* target, float alpha, float beta)
    {
        var width = 4 * _hidden;
        _stateErrors.Span.Clear();
        _cellErrors.Span.Clear();
        for (var time = _length - 1; time >= 0; time--)
        {
            for (var b = 0; b < batch; b++)
            {
                StepBack(time, b, batch);
            }

            Matrix.Product(_stateErrors.Pointer, batch, _hidden, 0, 1, new(Gates(time, 0, batch), width, 1), parameters + _starts[1], width, 0, _hidden);
        }

        var (all, gates) = (_length * batch, (nint)_gates.Pointer);
        Matrix.Product(inputErrors, all, _inputs, 0, 1, new(gates, width, 1), parameters + _starts[0], width, 0, _inputs);
        Matrix.Product(target + _starts[0], width, _inputs, alpha, beta, new(gates, 1, width), inputs, all, 0, _inputs);
        Matrix.Product(target + _starts[1], width, _hidden, alpha, beta, new(gates, 1, width), States(-1, batch), all, 0, _hidden);
        Matrix.Product(target + _starts[2], 1, width, alpha, beta, new(_one.Pointer, 0, 0), _gates.Pointer, all, 0, width);
        Matrix.Product(target + _starts[3], 1, width, alpha, beta, new(_one.Pointer, 0, 0), _gates.Pointer, all, 0, width);
    }

    private float* Gates(int time, int b, int batch) => _gates.Pointer + ((((nint)time * batch) + b) * 4 * _hidden);

    private Span<float> Row(AlignedFloats floats, int time, int b, int batch) => floats.Span.Slice(((time * batch) + b) * _hidden, _hidden);

    private void Step(int time, int b, int batch)
    {
        var gates = new Span<float>(Gates(time, b, batch), 4 * _hidden);
        TensorPrimitives.Add(gates, _recurrent.Span.Slice(b * 4 * _hidden, 4 * _hidden), gates);
        Span<float> i = gates[.._hidden], f = gates.Slice(_hidden, _hidden), g = gates.Slice(2 * _hidden, _hidden), o = gates[(3 * _hidden)..];
        TensorPrimitives.Sigmoid(i, i);
        TensorPrimitives.Sigmoid(f, f);
        TensorPrimitives.Tanh(g, g);
        TensorPrimitives.Sigmoid(o, o);
        Span<float> before = Row(_cells, time, b, batch), cell = Row(_cells, time + 1, b, batch), squashed = Row(_squashed, time + 1, b, batch);
        TensorPrimitives.Multiply(i, g, cell);
        TensorPrimitives.MultiplyAdd(f, before, cell, cell);
        TensorPrimitives.Tanh(cell, squashed);
        TensorPrimitives.Multiply(o, squashed, Row(_states, time + 1, b, batch));
    }

    /// <summary>Replaces the gates by the errors of their sums z; the cell's error is left for the time before.</summary>
    private void StepBack(int time, int b, int batch)
    {
        var gates = Gates(time, b, batch);
        Span<float> above = Row(Errors, time, b, batch), later = Row(_stateErrors, 0, b, batch), carried = Row(_cellErrors, 0, b, batch);
        Span<float> before = Row(_cells, time, b, batch), squashed = Row(_squashed, time + 1, b, batch);
        for (var k = 0; k < _hidden; k++)
        {
            float i = gates[k], f = gates[_hidden + k], g = gates[(2 * _hidden) + k], o = gates[(3 * _hidden) + k];
            var state = above[k] + later[k];
            var cell = carried[k] + (state * o * (1 - (squashed[k] * squashed[k])));
            gates[k] = cell * g * i * (1 - i);
            gates[_hidden + k] = cell * before[k] * f * (1 - f);
            gates[(2 * _hidden) + k] = cell * i * (1 - (g * g));
            gates[(3 * _hidden) + k] = state * squashed[k] * o * (1 - o);
            carried[k] = cell * f;
        }
    }
}
