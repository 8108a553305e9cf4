using System.Numerics;

namespace FedLearn.Training.Data.Digits;

/// <summary>One movement of the pen: points in a unit square (x to the right, y down), joined by lines or by a smooth curve.</summary>
internal sealed record Stroke(bool Smooth, params Vector2[] Points)
{
    private const int StepsPerSpan = 6;

    public static Stroke Lines(params ReadOnlySpan<float> xy) => new(false, Pair(xy));

    /// <summary>A Catmull-Rom spline through the points.</summary>
    public static Stroke Curve(params ReadOnlySpan<float> xy) => new(true, Pair(xy));

    /// <summary>Part of an ellipse, angles in degrees from the right, clockwise.</summary>
    public static Stroke Arc(float x, float y, float radiusX, float radiusY, float from, float to)
    {
        var spans = Math.Max(4, (int)MathF.Abs(to - from) / 50);
        var points = new Vector2[spans + 1];
        for (var i = 0; i <= spans; i++)
        {
            var (sin, cos) = MathF.SinCos((from + ((to - from) * i / spans)) * MathF.PI / 180);
            points[i] = new(x + (radiusX * cos), y + (radiusY * sin));
        }

        return new(true, points);
    }

    /// <summary>Appends the stroke's path through moved points as a chain of short lines.</summary>
    public static void Flatten(bool smooth, ReadOnlySpan<Vector2> points, List<Vector2> path)
    {
        path.Clear();
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (before, after) = (points[Math.Max(i - 1, 0)], points[Math.Min(i + 2, points.Length - 1)]);
            var steps = smooth ? StepsPerSpan : 1;
            for (var s = 0; s < steps; s++)
            {
                path.Add(smooth ? Spline(before, points[i], points[i + 1], after, (float)s / steps) : points[i]);
            }
        }

        path.Add(points[^1]);
    }

    private static Vector2 Spline(Vector2 a, Vector2 b, Vector2 c, Vector2 d, float t) =>
        0.5f * ((2 * b) + ((c - a) * t) + (((2 * a) - (5 * b) + (4 * c) - d) * t * t) + (((3 * b) - a - (3 * c) + d) * t * t * t));

    private static Vector2[] Pair(ReadOnlySpan<float> xy)
    {
        var points = new Vector2[xy.Length / 2];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new(xy[2 * i], xy[(2 * i) + 1]);
        }

        return points;
    }
}
