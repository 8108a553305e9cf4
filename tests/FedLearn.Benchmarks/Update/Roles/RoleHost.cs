using System.Text.Json;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>A role's process: lines of input in, answers out, each marked so that log lines on the same output do not count.</summary>
internal static class RoleHost
{
    /// <summary>What an answer begins with.</summary>
    public const string Mark = "> ";

    /// <summary>The command that every role knows: what this process has used so far.</summary>
    public const string Usage = "usage";

    public static async Task<int> RunAsync(string name, IReadOnlyList<string> arguments)
    {
        await using IRole role = name switch
        {
            CoordinatorRole.RoleName => new CoordinatorRole(),
            SocketRole.RoleName => new SocketRole(),
            UnaryRole.RoleName => new UnaryRole(),
            _ => throw new BenchmarkException($"no such role: {name}"),
        };
        Answer(await role.StartAsync(arguments));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Answer(line == Usage ? JsonSerializer.Serialize(ProcessUsage.Now()) : await role.AnswerAsync(line));
        }

        return 0;
    }

    private static void Answer(string text) => Console.Out.WriteLine($"{Mark}{text}");
}
