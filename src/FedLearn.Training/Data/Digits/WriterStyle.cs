using System.Numerics;
using FedLearn.Core.Models;

namespace FedLearn.Training.Data.Digits;

/// <summary>What one writer's digits have in common, drawn from (seed, writer).</summary>
internal sealed class WriterStyle
{
    private const double HabitSpread = 0.03;

    private readonly int[] _favourites = new int[10];
    private readonly Vector2[][][][] _habits = new Vector2[10][][][];

    public WriterStyle(long seed, int writer)
    {
        var random = SeededRandom.For("digits/style", seed, writer);
        Slant = random.NextDouble(-0.35, 0.35);
        Width = random.NextDouble(0.72, 1.12);
        Radius = random.NextDouble(0.75, 1.65);
        Size = random.NextDouble(17.5, 22.5);
        Ink = random.NextDouble(0.75, 1.0);
        for (var digit = 0; digit < 10; digit++)
        {
            var variants = DigitGlyphs.Variants[digit];
            _favourites[digit] = random.NextInt(variants.Length);
            _habits[digit] = [.. variants.Select(strokes => strokes.Select(s => Habit(s, random)).ToArray())];
        }
    }

    /// <summary>Horizontal shear: x moves by this times the height.</summary>
    public double Slant { get; }

    /// <summary>Width to height.</summary>
    public double Width { get; }

    /// <summary>Half the pen's width in pixels.</summary>
    public double Radius { get; }

    /// <summary>The digits' height in pixels.</summary>
    public double Size { get; }

    /// <summary>How dark the pen writes, up to 1.</summary>
    public double Ink { get; }

    /// <summary>The variant for one sample: mostly the writer's favourite.</summary>
    public int PickVariant(int digit, SeededRandom random) =>
        random.NextDouble() < 0.85 ? _favourites[digit] : random.NextInt(DigitGlyphs.Variants[digit].Length);

    /// <summary>Where this writer's points always lie, relative to the glyph's.</summary>
    public Vector2 HabitOf(int digit, int variant, int stroke, int point) => _habits[digit][variant][stroke][point];

    private static Vector2[] Habit(Stroke stroke, SeededRandom random)
    {
        var offsets = new Vector2[stroke.Points.Length];
        foreach (ref var offset in offsets.AsSpan())
        {
            offset = new((float)(HabitSpread * random.NextGaussian()), (float)(HabitSpread * random.NextGaussian()));
        }

        return offsets;
    }
}
