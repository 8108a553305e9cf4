using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Core.Proofs;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Cli.Runs;

/// <summary>Downloads a version's safetensors file and checks it: length, order of chunks, and the digest of the vector in it.</summary>
internal static class ModelDownload
{
    /// <summary>Downloads into a file beside the wanted one, which takes its name only once it is complete and checked.</summary>
    /// <param name="connection">The coordinator.</param>
    /// <param name="request">Which version.</param>
    /// <param name="path">The file, or null for RUN-vN.safetensors in the working folder.</param>
    /// <param name="cancellationToken">Ends the download; nothing of it stays.</param>
    public static async Task<(string Path, ModelVersion Version)> ToFileAsync(
        OperatorConnection connection, DownloadModelRequest request, string? path, CancellationToken cancellationToken)
    {
        using var call = connection.Runs.DownloadModel(request, connection.Headers, cancellationToken: cancellationToken);
        var replies = call.ResponseStream;
        if (!await replies.MoveNext(cancellationToken) || replies.Current.Header is not { } header)
        {
            throw new CliException("the coordinator sent no header; its version does not fit this one");
        }

        path ??= Path.GetFullPath($"{header.Version.RunId}-v{header.Version.Version}.safetensors");
        var partial = path + ".partial";
        try
        {
            await using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write))
            {
                await CopyAsync(replies, header, file, cancellationToken);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        return (path, header.Version);
    }

    private static async Task CopyAsync(IAsyncStreamReader<DownloadModelReply> replies, DownloadHeader header, FileStream file, CancellationToken cancellationToken)
    {
        var vectorStart = header.FileLength - header.Version.ByteLength;
        using var digest = new BlockDigest();
        while (await replies.MoveNext(cancellationToken))
        {
            var chunk = replies.Current.Chunk;
            if (chunk is null || chunk.Offset != file.Position || chunk.Data.Length > header.FileLength - file.Position)
            {
                throw new CliException($"the download is out of order at byte {file.Position:N0}; try again");
            }

            var skipped = (int)Math.Clamp(vectorStart - chunk.Offset, 0, chunk.Data.Length);
            digest.Append(chunk.Data.Span[skipped..]);
            await file.WriteAsync(chunk.Data.Memory, cancellationToken);
        }

        if (file.Position != header.FileLength || !digest.Finish().AsSpan().SequenceEqual(header.Version.Digest.Span))
        {
            throw new CliException($"the download is damaged (got {file.Position:N0} of {header.FileLength:N0} bytes, or another digest); nothing was kept, try again");
        }
    }
}
