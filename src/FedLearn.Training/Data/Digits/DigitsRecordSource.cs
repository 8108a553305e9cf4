using FedLearn.Client.Vault;
using FedLearn.Core.Models;

namespace FedLearn.Training.Data.Digits;

/// <summary>Which generated digits.</summary>
public sealed record DigitsOptions
{
    /// <summary>The seed of the whole collection. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Whose hand: any number; each has its own slant, pen, proportions and habits. Default 0.</summary>
    public int Writer { get; init; }

    /// <summary>How many records, at least 0. Default 1000.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>The first record's number: two sources of one writer that do not overlap share no picture. Default 0.</summary>
    public int Start { get; init; }

    /// <summary>Ten weights, at least 0 with a sum above 0: how often the writer writes each digit. Default: all alike.</summary>
    public IReadOnlyList<double> LabelWeights { get; init; } = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
}

/// <summary>
/// 28 x 28 handwritten-style digits that need no download: drawn from strokes with one writer's style, moved and distorted at random, with
/// noise. Records are those of <see cref="ImageSchema.Digits"/>, the same as MNIST's. Record n is a function of (seed, writer, n, weights).
/// </summary>
public sealed class DigitsRecordSource : IRecordSource
{
    private readonly DigitsOptions _options;
    private readonly DigitPainter _painter;
    private readonly double[] _cumulative;
    private int _next;

    /// <summary>Creates a source.</summary>
    /// <exception cref="ArgumentException">The options are out of bounds.</exception>
    public DigitsRecordSource(DigitsOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Start);
        if (options.LabelWeights.Count != 10 || options.LabelWeights.Any(w => !double.IsFinite(w) || w < 0) || options.LabelWeights.Sum() <= 0)
        {
            throw new ArgumentException("label weights must be ten finite numbers, none negative and not all zero", nameof(options));
        }

        _options = options;
        _painter = new(new(options.Seed, options.Writer));
        _cumulative = new double[10];
        var sum = 0.0;
        for (var i = 0; i < 10; i++)
        {
            _cumulative[i] = sum += options.LabelWeights[i];
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Schema => ImageSchema.Digits.Canonical;

    /// <inheritdoc/>
    public int RecordLength => ImageSchema.Digits.RecordLength;

    /// <inheritdoc/>
    public bool TryRead(Span<byte> record)
    {
        if (_next == _options.Count)
        {
            return false;
        }

        var random = SeededRandom.For("digits/sample", _options.Seed, _options.Writer, _options.Start + _next++);
        record[0] = (byte)PickLabel(random);
        _painter.Draw(record[0], random, record[1..RecordLength]);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private int PickLabel(SeededRandom random)
    {
        // Rounding can put the place on the total itself; the last digit that is written at all takes it.
        var place = Math.Min(random.NextDouble() * _cumulative[^1], Math.BitDecrement(_cumulative[^1]));
        return Array.FindIndex(_cumulative, c => place < c);
    }
}
