using System.Text.Json;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>A coordinator in a process of its own.</summary>
internal sealed class CoordinatorProcess : IAsyncDisposable
{
    private CoordinatorProcess(RoleProcess role)
    {
        Role = role;
        var parts = role.Ready.Split(' ', 3);
        (Address, Enrolment, OperatorToken) = (new Uri(parts[0]), new Uri(parts[1]), File.ReadAllText(parts[2]).Trim());
    }

    public RoleProcess Role { get; }

    /// <summary>Where participants call, and operators where participants come by token.</summary>
    public Uri Address { get; }

    /// <summary>Where participants enrol and operators call, where participants come with certificates.</summary>
    public Uri Enrolment { get; }

    public string OperatorToken { get; }

    public static async Task<CoordinatorProcess> StartAsync(CoordinatorSettings settings) =>
        new(await RoleProcess.StartRoleAsync(CoordinatorRole.RoleName, JsonSerializer.Serialize(settings)));

    public ValueTask DisposeAsync() => Role.DisposeAsync();
}
