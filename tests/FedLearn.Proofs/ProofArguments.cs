namespace FedLearn.Proofs;

/// <summary>The flags of a proof: <c>--name value</c>, or <c>--name</c> alone for a switch.</summary>
internal sealed class ProofArguments(IReadOnlyList<string> arguments)
{
    /// <summary>The value of a whole-number flag.</summary>
    public int Int(string name, int otherwise) => Text(name) is { } text ? int.Parse(text) : otherwise;

    /// <summary>The value of a flag, or null.</summary>
    public string? Text(string name)
    {
        var at = IndexOf(name);
        return at < 0 ? null : at + 1 < arguments.Count ? arguments[at + 1] : throw new ArgumentException($"--{name} needs a value");
    }

    /// <summary>Whether a switch was given.</summary>
    public bool Has(string name) => IndexOf(name) >= 0;

    private int IndexOf(string name) => arguments.ToList().IndexOf($"--{name}");
}
