using System.Numerics;
using FedLearn.Core.Models;

namespace FedLearn.Training.Data.Digits;

/// <summary>Draws one digit: moves a glyph's points by habit and chance, distorts them, inks the strokes, adds noise.</summary>
internal sealed class DigitPainter(WriterStyle style)
{
    private const int Side = 28;
    private const double Wobble = 0.022;
    private const double NoiseDeviation = 0.06;

    private readonly float[] _ink = new float[Side * Side];
    private readonly List<Vector2> _path = [];
    private readonly Vector2[] _points = new Vector2[32];

    /// <summary>Draws <paramref name="digit"/> into 28 x 28 bytes.</summary>
    public void Draw(int digit, SeededRandom random, Span<byte> pixels)
    {
        Array.Clear(_ink);
        var variant = style.PickVariant(digit, random);
        var strokes = DigitGlyphs.Variants[digit][variant];
        var transform = Distortion(random);
        var radius = (float)Math.Max(0.6, style.Radius * (1 + (0.15 * random.NextGaussian())));
        for (var s = 0; s < strokes.Length; s++)
        {
            var points = _points.AsSpan(0, strokes[s].Points.Length);
            for (var p = 0; p < points.Length; p++)
            {
                var wobble = new Vector2((float)(Wobble * random.NextGaussian()), (float)(Wobble * random.NextGaussian()));
                points[p] = Vector2.Transform(strokes[s].Points[p] + style.HabitOf(digit, variant, s, p) + wobble, transform);
            }

            Stroke.Flatten(strokes[s].Smooth, points, _path);
            Ink(radius);
        }

        Develop(random, pixels);
    }

    /// <summary>Unit square to pixels: centre, slant, proportions and size, a turn, and a shift off the middle.</summary>
    private Matrix3x2 Distortion(SeededRandom random)
    {
        var height = style.Size * random.NextDouble(0.85, 1.12);
        var width = height * style.Width * random.NextDouble(0.85, 1.15);
        var slant = (float)(-style.Slant + (0.12 * random.NextGaussian()));
        var angle = (float)(0.13 * random.NextGaussian());
        var shift = new Vector2((float)random.NextDouble(-2.5, 2.5), (float)random.NextDouble(-2.5, 2.5));
        return Matrix3x2.CreateTranslation(-0.5f, -0.5f)
            * new Matrix3x2(1, 0, slant, 1, 0, 0)
            * Matrix3x2.CreateScale((float)width, (float)height)
            * Matrix3x2.CreateRotation(angle)
            * Matrix3x2.CreateTranslation(new Vector2(Side / 2f) + shift);
    }

    private void Ink(float radius)
    {
        for (var i = 0; i + 1 < _path.Count; i++)
        {
            InkLine(_path[i], _path[i + 1], radius);
        }
    }

    /// <summary>A pixel's ink falls from 1 to 0 over the one pixel around the pen's edge; strokes do not add up.</summary>
    private void InkLine(Vector2 from, Vector2 to, float radius)
    {
        var reach = new Vector2(radius + 1);
        var low = Vector2.Clamp(Vector2.Min(from, to) - reach, Vector2.Zero, new(Side - 1));
        var high = Vector2.Clamp(Vector2.Max(from, to) + reach, Vector2.Zero, new(Side - 1));
        var along = to - from;
        var length = along.LengthSquared();
        for (var y = (int)low.Y; y <= (int)high.Y; y++)
        {
            for (var x = (int)low.X; x <= (int)high.X; x++)
            {
                var pixel = new Vector2(x + 0.5f, y + 0.5f);
                var place = length > 0 ? Math.Clamp(Vector2.Dot(pixel - from, along) / length, 0, 1) : 0;
                var coverage = Math.Clamp(radius + 0.5f - Vector2.Distance(pixel, from + (along * place)), 0, 1);
                ref var ink = ref _ink[(y * Side) + x];
                ink = Math.Max(ink, coverage);
            }
        }
    }

    private void Develop(SeededRandom random, Span<byte> pixels)
    {
        for (var i = 0; i < _ink.Length; i++)
        {
            var value = (style.Ink * _ink[i]) + (NoiseDeviation * random.NextGaussian());
            pixels[i] = (byte)Math.Round(255 * Math.Clamp(value, 0, 1));
        }
    }
}
