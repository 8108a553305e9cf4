namespace FedLearn.Core.Specs;

/// <summary>Names by pattern: what a spec or a participant's policy says of tensors, clients, runs.</summary>
public static class NamePatterns
{
    /// <summary>The patterns of a list.</summary>
    public static IReadOnlyList<string> Split(string patterns) => patterns.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Whether a name fits a pattern, in which <c>*</c> stands for any characters, none too. Case counts.</summary>
    public static bool Matches(string pattern, string name)
    {
        var pieces = pattern.Split('*');
        if (pieces.Length == 1)
        {
            return pattern == name;
        }

        if (name.Length < pieces[0].Length + pieces[^1].Length || !name.StartsWith(pieces[0], StringComparison.Ordinal) || !name.EndsWith(pieces[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var (at, end) = (pieces[0].Length, name.Length - pieces[^1].Length);
        foreach (var piece in pieces[1..^1])
        {
            var found = name.IndexOf(piece, at, end - at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + piece.Length;
        }

        return true;
    }

    /// <summary>Whether a name fits one of the patterns of a list.</summary>
    public static bool MatchesAny(string patterns, string name) => Split(patterns).Any(p => Matches(p, name));
}
