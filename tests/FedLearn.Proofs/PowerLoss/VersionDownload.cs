using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Federation;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss;

/// <summary>Asks for a version's file as an operator does.</summary>
/// <param name="folder">The data folder.</param>
/// <param name="path">The version's file.</param>
/// <param name="undamaged">A disk that has it as it was written.</param>
internal sealed class VersionDownload(string folder, string path, CrashDisk undamaged)
{
    /// <summary>False where the coordinator gives the bytes that were written, or refuses and names the version.</summary>
    public async Task<bool> IsHandedOutDamagedAsync(Machine machine)
    {
        if (!int.TryParse(Path.GetFileNameWithoutExtension(path), out var version))
        {
            return false; // A vector of the server's state: it is not handed out as a file.
        }

        var runId = Path.GetRelativePath(folder, path).Split('/')[1];
        try
        {
            return !(await DownloadAsync(machine, runId, version).ConfigureAwait(false)).AsSpan().SequenceEqual(Written());
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.DataLoss)
        {
            return !e.Status.Detail.Contains(Path.GetFileName(path), StringComparison.Ordinal) && !e.Status.Detail.Contains($"version {version} of run {runId}", StringComparison.Ordinal);
        }
    }

    private static async Task<byte[]> DownloadAsync(Machine machine, string runId, int version)
    {
        var request = new DownloadModelRequest { RunId = runId, Version = version };
        using var call = new Runs.RunsClient(machine.Channel).DownloadModel(request, Calls.Bearer(machine.OperatorToken));
        var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
            call.ResponseStream.Current.Chunk?.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    private byte[] Written() => Machine.FilesOf(undamaged, folder).ReadAll(path);
}
