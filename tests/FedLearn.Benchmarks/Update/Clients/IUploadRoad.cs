using FedLearn.Protocol.V1;

namespace FedLearn.Benchmarks.Update.Clients;

/// <summary>How a participant sends its update.</summary>
internal interface IUploadRoad
{
    /// <summary>The road's name, for a person.</summary>
    string Name { get; }

    /// <summary>Sends an update and returns its receipt.</summary>
    Task<Receipt> SendAsync(Participant participant, UpdateHeader header, Payload payload);
}
