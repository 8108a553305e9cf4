using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FedLearn.Training.Models;

/// <summary>A model, or the mistakes in the object that should have described it.</summary>
/// <param name="Definition">The model, or null where there are errors.</param>
/// <param name="Errors">The mistakes; empty where there is a model.</param>
public sealed record ModelResult(ModelDefinition? Definition, ImmutableArray<ModelError> Errors)
{
    /// <summary>Whether there is a model.</summary>
    [MemberNotNullWhen(true, nameof(Definition))]
    public bool Ok => Definition is not null;

    /// <summary>All mistakes in one line, for a decline's reason.</summary>
    public string Message => string.Join("; ", Errors);
}

/// <summary>One mistake in a <c>model</c> object.</summary>
/// <param name="Path">Where, such as <c>model.hidden[1]</c>.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Found">What stands there.</param>
public sealed record ModelError(string Path, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: expected {Expected}, found {Found}";
}
