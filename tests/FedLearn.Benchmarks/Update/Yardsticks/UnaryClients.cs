using FedLearn.Benchmarks.Update.Protos;
using FedLearn.Benchmarks.Update.Roles;
using Google.Protobuf;
using Grpc.Net.Client;

namespace FedLearn.Benchmarks.Update.Yardsticks;

/// <summary>The clients of a <see cref="UnaryRole"/>, on as many channels as the measured ones.</summary>
internal sealed class UnaryClients : IDisposable
{
    private readonly GrpcChannel[] _channels;

    public UnaryClients(RoleProcess server, int connections, ServerCertificate? certificate) =>
        _channels = [.. Enumerable.Range(0, connections).Select(_ =>
            GrpcChannel.ForAddress(server.Ready, new GrpcChannelOptions { HttpHandler = Handlers.Create(certificate) }))];

    /// <summary>Sends one payload as a client of this number.</summary>
    public async Task PutAsync(int client, ReadOnlyMemory<byte> payload)
    {
        var unary = new Unary.UnaryClient(_channels[client % _channels.Length]);
        var reply = await unary.PutAsync(new PutRequest { Data = UnsafeByteOperations.UnsafeWrap(payload) });
        if (reply.Length != payload.Length)
        {
            throw new BenchmarkException($"{reply.Length} bytes came, {payload.Length} were sent");
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
