namespace FedLearn.Training.Models.Recurrent;

/// <summary>Reads the <c>model</c> object of a next-character model.</summary>
internal static class LstmReader
{
    private const int MaximumLength = 1024;
    private const int MaximumAlphabet = 256;
    private const int MaximumHidden = 4096;

    /// <summary>Values of one example in one layer: as many as 128 examples' fit a buffer.</summary>
    private const long MaximumValues = 1 << 23;

    /// <summary>The model, or null with the mistakes added.</summary>
    public static ModelDefinition? Read(ModelObjectReader reader)
    {
        var length = reader.Size("length", 1, MaximumLength);
        var classes = reader.Size("classes", 2, MaximumAlphabet);
        var embedding = reader.Has("embedding") ? reader.Size("embedding", 1, MaximumHidden) : 8;
        var hidden = reader.Size("hidden", 1, MaximumHidden);
        var layers = reader.Has("layers") ? reader.Size("layers", 1, 4) : 1;
        if (4L * length * hidden > MaximumValues)
        {
            reader.Add("hidden", $"at most {MaximumValues / 4} for length times hidden", $"{(long)length! * hidden}");
        }

        if (!reader.Errors.IsEmpty)
        {
            return null;
        }

        LstmShape shape = new(length!.Value, classes!.Value, embedding!.Value, hidden!.Value, layers!.Value);
        return new("lstm", shape, LossKind.CrossEntropy);
    }
}
