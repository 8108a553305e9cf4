namespace FedLearn.Cli;

/// <summary>What the process returns; docs/cli.md lists it for scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>It failed; the message says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the spec has a mistake; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The coordinator cannot be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Interrupted, as shells say it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
