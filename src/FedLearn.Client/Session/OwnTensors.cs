using FedLearn.Core.Models;

namespace FedLearn.Client.Session;

/// <summary>The client's own values of the tensors that a run leaves with its clients, carried from round to round.</summary>
internal sealed class OwnTensors(CarriedFloats carried)
{
    /// <summary>A version's parameters as this client has them before a round: with its own values, where it has any yet.</summary>
    public async Task<ReadOnlyMemory<float>> ApplyAsync(
        string runId, int round, LocalTensors tensors, ReadOnlyMemory<float> parameters, CancellationToken cancellationToken) =>
        tensors.Any && await carried.FindAsync(runId, round, tensors.Length, cancellationToken).ConfigureAwait(false) is { } own
            ? tensors.With(parameters.Span, own)
            : parameters;

    /// <summary>Keeps, durably, the values that are the client's own if the round counts an update.</summary>
    public void Keep(string runId, int round, LocalTensors tensors, ReadOnlyMemory<float> trained, ReadOnlySpan<byte> updateDigest)
    {
        if (tensors.Any)
        {
            carried.Keep(runId, round, tensors.Pack(trained.Span), updateDigest);
        }
    }

    /// <summary>Trained parameters as they are sent: without this client's own values.</summary>
    public static ReadOnlyMemory<float> Shared(LocalTensors tensors, ReadOnlyMemory<float> trained, ReadOnlyMemory<float> basis) =>
        tensors.Any ? tensors.With(trained.Span, tensors.Pack(basis.Span)) : trained;
}
