namespace FedLearn.Cli.Shell;

/// <summary>Whether a person watches.</summary>
internal static class Terminal
{
    /// <summary>Whether this writer is the process's own output and that is a terminal.</summary>
    public static bool Is(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
}
