using System.CommandLine;

namespace FedLearn.Cli.Shell;

/// <summary>The option that names which certificates to trust; workers and operators share it.</summary>
internal static class TrustOption
{
    public static Option<string?> Create() => new("--trust")
    {
        Description = "For a coordinator on https: a PEM file with the certificates to trust instead of the system's, its CA's or its own.",
        HelpName = "FILE",
    };
}
