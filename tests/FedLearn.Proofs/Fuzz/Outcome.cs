using System.Text.RegularExpressions;

namespace FedLearn.Proofs.Fuzz;

/// <summary>What decoding came to, without what differs from input to input.</summary>
internal static partial class Outcome
{
    /// <summary>The decoder took it.</summary>
    public const string Taken = "taken";

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[0-9a-f]{8,}|[0-9]+")]
    private static partial Regex Specific { get; }

    /// <summary>A refusal by its text, without numbers, digests and what stands in quotes.</summary>
    public static string Of(string text) => Specific.Replace(Expected(text), "#");

    /// <summary>The text up to what came instead, which quotes the input.</summary>
    private static string Expected(string text)
    {
        var end = new[] { ", got", ", found", " '", " \"" }.Select(mark => text.IndexOf(mark, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
        return text[..Math.Min(end, 200)];
    }

    /// <summary>Decodes, and catches the one exception that the decoder's documentation names.</summary>
    public static string Catching<TException>(Action decode)
        where TException : Exception
    {
        try
        {
            decode();
            return Taken;
        }
        catch (TException e)
        {
            return Of(e.Message);
        }
    }
}
