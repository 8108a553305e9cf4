using System.Collections.Immutable;

namespace FedLearn.Core.Specs;

/// <summary>One mistake in a spec.</summary>
/// <param name="Path">Where, such as <c>client.batchSize</c> or <c>model.tensors[2].shape</c>; empty for the document itself.</param>
/// <param name="Message">What was expected, what came, and where it helps what to do.</param>
public sealed record SpecMistake(string Path, string Message)
{
    /// <summary>The mistake as one line: "path: message".</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

/// <summary>What reading a spec gave: the spec, or all of its mistakes.</summary>
/// <param name="Spec">The spec; null where there is a mistake.</param>
/// <param name="Mistakes">The mistakes in the order of the document; empty for a valid spec.</param>
public sealed record RunSpecResult(RunSpec? Spec, ImmutableArray<SpecMistake> Mistakes)
{
    /// <summary>All mistakes, one a line.</summary>
    public string MistakesText => string.Join('\n', Mistakes);
}
