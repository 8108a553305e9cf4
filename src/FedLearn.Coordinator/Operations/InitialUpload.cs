using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Core.Models;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Operations;

/// <summary>Receives the safetensors file of a run's initial parameters into a file that deletes itself.</summary>
internal static class InitialUpload
{
    /// <summary>The received file at its start, or null where none was sent. At most header limit and vector together are taken.</summary>
    public static async Task<DiskStream?> ReceiveAsync(IAsyncStreamReader<CreateRunRequest> stream, DataFolder folder, long vectorLength, CancellationToken cancellationToken)
    {
        DiskStream? file = null;
        var limit = Safetensors.PrefixLength + Safetensors.MaxHeaderLength + vectorLength;
        try
        {
            while (await stream.MoveNext(cancellationToken).ConfigureAwait(false))
            {
                var chunk = stream.Current.Initial ?? throw Problem.Invalid("expected one spec_json, then chunks of the initial parameters").ToException();
                file ??= new DiskStream(folder.Disk, Path.Combine(folder.Root, $"initial-{Guid.NewGuid():N}.part"));
                if (chunk.Offset != file.Position || file.Position + chunk.Data.Length > limit)
                {
                    throw Problem.Invalid($"initial: expected a chunk at offset {file.Position} and at most {limit} bytes in all, got offset {chunk.Offset} with {chunk.Data.Length} bytes").ToException();
                }

                file.Write(chunk.Data.Span);
            }
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        if (file is not null)
        {
            file.Position = 0;
        }

        return file;
    }
}
