using System.Text.Json;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>A coordinator in a process of its own.</summary>
internal sealed class CoordinatorProcess : IAsyncDisposable
{
    private CoordinatorProcess(RoleProcess role)
    {
        Role = role;
        var parts = role.Ready.Split(' ', 2);
        (Address, OperatorToken) = (new Uri(parts[0]), File.ReadAllText(parts[1]).Trim());
    }

    public RoleProcess Role { get; }

    /// <summary>Where participants and operators call.</summary>
    public Uri Address { get; }

    public string OperatorToken { get; }

    public static async Task<CoordinatorProcess> StartAsync(CoordinatorSettings settings) =>
        new(await RoleProcess.StartRoleAsync(CoordinatorRole.RoleName, JsonSerializer.Serialize(settings)));

    public ValueTask DisposeAsync() => Role.DisposeAsync();
}
