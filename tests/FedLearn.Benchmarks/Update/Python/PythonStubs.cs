using System.Diagnostics;
using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update.Python;

/// <summary>The Python side: Debian's interpreter, and stubs that Debian's protoc makes of the protos at run time.</summary>
internal static class PythonStubs
{
    private const string Interpreter = "/usr/bin/python3";
    private const string Plugin = "/usr/bin/grpc_python_plugin";
    private const string Install = "apt-get install --no-install-recommends python3-grpcio python3-protobuf python3-numpy protobuf-compiler protobuf-compiler-grpc";

    /// <summary>Writes the stubs into a folder, and returns it.</summary>
    public static async Task<string> MakeAsync(string folder)
    {
        if (!File.Exists(Plugin) || !File.Exists("/usr/bin/protoc"))
        {
            throw new BenchmarkException($"{Plugin} or /usr/bin/protoc is missing; on Debian: {Install}");
        }

        var protos = Path.Combine(AppContext.BaseDirectory, "protos");
        var files = Directory.EnumerateFiles(protos, "*.proto", SearchOption.AllDirectories).Where(f => f.Contains("/fedlearn/v1/", StringComparison.Ordinal));
        using var protoc = Process.Start(
            "/usr/bin/protoc", ["-I", protos, $"--python_out={folder}", $"--grpc_out={folder}", $"--plugin=protoc-gen-grpc={Plugin}", .. files]);
        await protoc.WaitForExitAsync();
        return protoc.ExitCode == 0 ? folder : throw new BenchmarkException($"protoc ended with exit code {protoc.ExitCode}");
    }

    /// <summary>Starts one of the scripts beside this class.</summary>
    public static Task<RoleProcess> StartAsync(string script, params string[] arguments) =>
        RoleProcess.StartAsync(Interpreter, [Path.Combine(AppContext.BaseDirectory, "Update", "Python", script), .. arguments]);
}
