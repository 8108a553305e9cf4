using System.Text.Json;
using FedLearn.Benchmarks.Update.Roles;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Benchmarks.Update.Python;

/// <summary>Python participants, a process each, with a random update each in memory.</summary>
internal sealed class PythonClients : IAsyncDisposable
{
    private readonly RoleProcess[] _processes;

    private PythonClients(RoleProcess[] processes) => _processes = processes;

    public static async Task<PythonClients> StartAsync(int count, string stubs, long parameters)
    {
        var clients = new PythonClients(await Task.WhenAll(Enumerable.Range(0, count).Select(_ => PythonStubs.StartAsync("client.py", stubs))));
        await Task.WhenAll(clients._processes.Select((p, i) => p.AskAsync(JsonSerializer.Serialize(new { draw = parameters, seed = i + 1 }))));
        return clients;
    }

    /// <summary>Everyone pushes its update to a server; returns when the last receipt is in hand.</summary>
    /// <param name="address">HOST:PORT.</param>
    /// <param name="root">The certificate to trust, or nothing without TLS.</param>
    /// <param name="headers">Each client's token and header; the client fills in the digest.</param>
    public async Task PushAsync(string address, string root, IReadOnlyList<(string Token, UpdateHeader Header)> headers)
    {
        var replies = await Task.WhenAll(_processes.Select((p, i) => p.AskAsync(JsonSerializer.Serialize(new
        {
            address,
            root,
            token = headers[i].Token,
            header = Convert.ToBase64String(headers[i].Header.ToByteArray()),
        }))));
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i] != $"{headers[i].Header.NumExamples}")
            {
                throw new BenchmarkException($"a Python client has no receipt: {replies[i]}");
            }
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Select(p => p.DisposeAsync().AsTask()));
}
