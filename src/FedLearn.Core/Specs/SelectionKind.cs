using System.Collections.Immutable;

namespace FedLearn.Core.Specs;

/// <summary>What makes a client likelier to be selected for a round; docs/strategies.md has the formulas.</summary>
public enum SelectionKind
{
    /// <summary>Nothing: every eligible client alike.</summary>
    Uniform,

    /// <summary>More training examples.</summary>
    DataSize,

    /// <summary>That it delivered in the rounds it was selected for, and early.</summary>
    Availability,
}

/// <summary>The kinds' names in a spec: their first letter in lower case.</summary>
internal static class SelectionKinds
{
    /// <summary>The names, in the order of <see cref="SelectionKind"/>.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<SelectionKind>().Select(NameOf)];

    /// <summary>The name of a kind.</summary>
    public static string NameOf(SelectionKind kind)
    {
        var name = kind.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>The kind of one of <see cref="Names"/>.</summary>
    public static SelectionKind Of(string name) => (SelectionKind)Names.IndexOf(name);
}
