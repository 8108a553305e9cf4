using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Aggregation;
using FedLearn.Core.Encodings;
using FedLearn.Core.Proofs;
using FedLearn.Core.Specs;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Ingest;

/// <summary>Checks what an update says of itself, before a byte of it is taken.</summary>
internal static class HeaderValidator
{
    public const int MaxMetrics = 64;
    public const int MaxMetricName = 100;

    /// <summary>The first thing wrong with a header for this run, or null.</summary>
    public static Problem? Check(UpdateHeader header, OpenRun run)
    {
        var manifest = run.Manifest;
        if (header.ManifestHash != manifest.Hash)
        {
            return Problem.Invalid($"manifest_hash: expected {manifest.Hash} (the model of run {run.Id}), got '{header.ManifestHash}'; the model's tensors differ in name, shape or order");
        }

        if (!header.BaseDigest.Span.SequenceEqual(run.Newest.Digest))
        {
            return Problem.FailedPrecondition($"base_digest: expected {Hex(run.Newest.Digest)} (version {run.Newest.Number}), got {Hex(header.BaseDigest.Span)}; train from the assigned base version");
        }

        return CheckParts(header, run.Parts) ?? CheckNumbers(header, run.Spec);
    }

    /// <summary>What is wrong with named numbers, or null.</summary>
    public static Problem? CheckMetrics(IDictionary<string, double> metrics)
    {
        if (metrics.Count > MaxMetrics)
        {
            return Problem.Invalid($"metrics: expected at most {MaxMetrics}, got {metrics.Count}");
        }

        foreach (var (name, value) in metrics)
        {
            if (name.Length is 0 or > MaxMetricName || name.Any(char.IsControl))
            {
                return Problem.Invalid($"metrics: expected names of 1 to {MaxMetricName} characters without control characters, got one of {name.Length}");
            }

            if (!double.IsFinite(value))
            {
                return Problem.Invalid($"metrics.{name}: expected a finite number, got {value}; a diverging model is better declined (AnswerRun)");
            }
        }

        return null;
    }

    /// <summary>The digest that identifies an update.</summary>
    public static byte[] DigestOf(UpdateHeader header) => BlockDigest.OfParts(header.Parts.Select(p => p.Digest.Memory));

    private static Problem? CheckParts(UpdateHeader header, ImmutableArray<PartShape> expected)
    {
        var names = header.Parts.Select(p => p.Name);
        return names.SequenceEqual(expected.Select(p => p.Name))
            ? header.Parts.Index().Select(p => CheckPart(p.Item, $"parts[{p.Index}]", expected[p.Index])).FirstOrDefault(p => p is not null)
            : Problem.Invalid($"parts: expected exactly {expected.Length}, named '{string.Join("', '", expected.Select(p => p.Name))}', got [{string.Join(", ", names)}]");
    }

    private static Problem? CheckPart(UpdatePart part, string path, PartShape expected)
    {
        var kind = expected.Encoding.Kind;
        if (part.Encoding != kind.ToWire())
        {
            return Problem.Invalid($"{path}.encoding: expected {kind.ToProto()}, got {part.Encoding}; a client that does not know the run's client.encoding declines the run");
        }

        if (part.ByteLength != expected.ByteLength)
        {
            return Problem.Invalid($"{path}.byte_length: expected {expected.ByteLength} bytes ({expected.Elements} values as {VectorEncodings.NameOf(kind)}), got {part.ByteLength}; the update has the wrong shape");
        }

        return part.Digest.Length == 32 ? null : Problem.Invalid($"{path}.digest: expected 32 bytes, got {part.Digest.Length}");
    }

    private static Problem? CheckNumbers(UpdateHeader header, RunSpec spec)
    {
        var maxExamples = spec.Bounds.MaxExamples;
        if (header.NumExamples < 1 || header.NumExamples > maxExamples)
        {
            return Problem.Invalid($"num_examples: expected 1 to {maxExamples}, got {header.NumExamples}; a client without examples declines the run");
        }

        return header.Steps < 0
            ? Problem.Invalid($"steps: expected at least 0, got {header.Steps}")
            : CheckMetrics(header.Metrics) ?? CheckForStrategy(header, spec.Strategy);
    }

    private static Problem? CheckForStrategy(UpdateHeader header, StrategySpec strategy) =>
        UpdateFacts.WhyNot(strategy, header.Steps, header.Metrics.AsReadOnly()) is { } why ? Problem.Invalid(why) : null;

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
