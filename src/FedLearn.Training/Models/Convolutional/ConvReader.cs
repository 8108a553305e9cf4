using System.Collections.Immutable;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>Reads the <c>model</c> object of a convolutional network.</summary>
internal static class ConvReader
{
    private const int MaximumSide = 4096;
    private const int MaximumChannels = 4096;
    private const int MaximumKernel = 15;

    /// <summary>Values of one example in one layer: as many as 128 examples' fit a buffer.</summary>
    private const long MaximumValues = 1 << 23;

    /// <summary>The model, or null with the mistakes added.</summary>
    public static ModelDefinition? Read(ModelObjectReader reader)
    {
        var height = reader.Size("height", 1, MaximumSide);
        var width = reader.Size("width", 1, MaximumSide);
        var channels = reader.Has("channels") ? reader.Size("channels", 1, MaximumChannels) : 1;
        var filters = reader.Sizes("filters", 1, 8, MaximumChannels);
        var kernel = reader.Has("kernel") ? reader.Size("kernel", 1, MaximumKernel) : 5;
        var hidden = reader.Sizes("hidden", 0, 16);
        var classes = reader.Size("classes", 2);
        if (kernel % 2 == 0)
        {
            reader.Add("kernel", "an odd number, so that the output has the input's size", $"{kernel}");
        }

        if (!reader.Errors.IsEmpty)
        {
            return null;
        }

        var convolutions = Shapes(height!.Value, width!.Value, channels!.Value, filters, kernel!.Value);
        var top = convolutions[^1];
        Check(reader, convolutions, top);
        return reader.Errors.IsEmpty
            ? new("cnn", convolutions, [top.PooledPixels * top.Outputs, .. hidden, classes!.Value], LossKind.CrossEntropy, classifies: true)
            : null;
    }

    private static ImmutableArray<ConvShape> Shapes(int height, int width, int channels, ImmutableArray<int> filters, int kernel)
    {
        var shapes = ImmutableArray.CreateBuilder<ConvShape>(filters.Length);
        foreach (var filter in filters)
        {
            shapes.Add(new(height, width, channels, filter, kernel));
            (height, width, channels) = (height / 2, width / 2, filter);
        }

        return shapes.ToImmutable();
    }

    private static void Check(ModelObjectReader reader, ImmutableArray<ConvShape> convolutions, ConvShape top)
    {
        if (top.PooledPixels == 0)
        {
            reader.Add(
                "filters", $"so few that an image of {convolutions[0].Height} x {convolutions[0].Width} is left after halving it once for each",
                $"{convolutions.Length}");
        }

        foreach (var (i, c) in convolutions.Index())
        {
            var values = (long)c.PaddedPixels * Math.Max(i == 0 ? c.Inputs : Stored(c.Inputs), Stored(c.Outputs));
            if (values > MaximumValues)
            {
                reader.Add($"filters[{i}]", $"at most {MaximumValues} values in the layer", $"{values}");
            }
        }
    }

    /// <summary>Channels are stored in whole panels, at most 32 wide.</summary>
    private static int Stored(int channels) => (channels + 31) / 32 * 32;
}
