namespace FedLearn.Proofs.Crash;

/// <summary>What a proof found, as it goes: lines for a person, and what did not hold.</summary>
internal sealed class Findings(TextWriter output)
{
    private readonly List<string> _failures = [];

    /// <summary>What did not hold; empty where everything did.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public bool AllHold => _failures.Count == 0;

    public void Say(string line) => output.WriteLine(line);

    public void Fail(string what)
    {
        _failures.Add(what);
        output.WriteLine($"  FAILED: {what}");
    }

    public void FailAll(IEnumerable<string> what)
    {
        foreach (var failure in what)
        {
            Fail(failure);
        }
    }

    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Fail(otherwise);
        }
    }
}
