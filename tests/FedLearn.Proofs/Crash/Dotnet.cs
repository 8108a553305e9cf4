using System.Runtime.InteropServices;

namespace FedLearn.Proofs.Crash;

/// <summary>The host of the runtime that this process uses, for children.</summary>
internal static class Dotnet
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var root = Directory.GetParent(RuntimeEnvironment.GetRuntimeDirectory())!.Parent!.Parent!.Parent!.FullName;
        var host = System.IO.Path.Combine(root, "dotnet");
        return File.Exists(host) ? host : "dotnet";
    }
}
