namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>A server that runs in a process of its own: started with <c>serve NAME ARGUMENTS</c>, ended by the end of its input.</summary>
internal interface IRole : IAsyncDisposable
{
    /// <summary>Starts it.</summary>
    /// <returns>What the parent needs to know, on one line: an address.</returns>
    Task<string> StartAsync(IReadOnlyList<string> arguments);

    /// <summary>Does what a line of input asks for.</summary>
    Task<string> AnswerAsync(string command) => throw new ArgumentException($"unknown command: {command}");
}
