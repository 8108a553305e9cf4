using FedLearn.Client.Logging;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault.Files;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using Text = System.Text.Encoding;

namespace FedLearn.Client.Session;

/// <summary>
/// Writes what is the participant's own when a run is over, before it is forgotten: its personal model, and its values of the tensors that stayed
/// with it. In the clear, for the participant alone; a file is whole or not there.
/// </summary>
/// <param name="folder">Where to; null writes nothing.</param>
/// <param name="local">The own values of tensors.</param>
/// <param name="personal">The personal models.</param>
/// <param name="caller">Asks what became of the last round.</param>
internal sealed class OwnExport(string? folder, CarriedFloats local, CarriedFloats personal, Caller caller)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>A run is over.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="run">What this client knows of it; null where it did not accept it.</param>
    /// <param name="cancellationToken">Gives up waiting for the coordinator's word.</param>
    public async Task WriteAsync(string runId, RunAnswer.Accepted? run, CancellationToken cancellationToken)
    {
        if (folder is null || run is null)
        {
            return;
        }

        if (run.Spec.Client.PersonalLambda > 0)
        {
            await WriteAsync(runId, "personal", run.Context.Manifest, personal, cancellationToken).ConfigureAwait(false);
        }

        if (run.Local.Any)
        {
            var own = run.Context.Manifest.Tensors.Where(t => NamePatterns.MatchesAny(run.Spec.Client.LocalTensors!, t.Name));
            await WriteAsync(runId, "local", new ModelManifest(own), local, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The full state is known: what is left of runs that it does not name belongs to runs that ended while no worker ran here. Their tensors' names are
    /// not known any more, so that the file has one tensor <c>values</c>, in the manifest's order.
    /// </summary>
    /// <param name="known">The runs that are open, or over and still known.</param>
    /// <param name="cancellationToken">Gives up waiting for the coordinator's word.</param>
    public async Task WriteLeftAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        foreach (var (what, carried) in folder is null ? Array.Empty<(string, CarriedFloats)>() : [("local", local), ("personal", personal)])
        {
            foreach (var runId in carried.Runs.Except(known))
            {
                await WriteAsync(runId, what, null, carried, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteAsync(string runId, string what, ModelManifest? known, CarriedFloats carried, CancellationToken cancellationToken)
    {
        // After the last round everything is decided: nothing comes after it.
        if (await carried.FindAsync(runId, int.MaxValue, (int?)known?.ElementCount, cancellationToken).ConfigureAwait(false) is not { Length: > 0 } values)
        {
            return;
        }

        var manifest = known ?? new ModelManifest([new TensorSpec("values", InitRule.Zeros, values.Length)]);

        var path = Path.Combine(folder!, $"{FileName(runId)}.{what}.safetensors");
        try
        {
            Write(path, Safetensors.WriteHeader(manifest, new Dictionary<string, string> { ["run"] = runId, ["own"] = what }), values);
            ClientLog.OwnExported(caller.Logger, runId, what, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            ClientLog.OwnNotExported(caller.Logger, runId, what, path, fault.Message);
        }
    }

    /// <summary>The coordinator names runs: what it calls one must not lead out of the folder.</summary>
    private static string FileName(string runId) =>
        runId.Length <= 200 && runId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? runId : Convert.ToHexStringLower(Core.Proofs.BlockDigest.Of(Text.UTF8.GetBytes(runId)));

    private static void Write(string path, byte[] header, float[] values)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.tmp";
        File.Delete(temporary);
        try
        {
            using (var file = DurableFile.CreatePrivate(temporary))
            {
                RandomAccess.Write(file, header, 0);
                var bytes = (long)values.Length * sizeof(float);
                for (var at = 0L; at < bytes; at += PieceBytes)
                {
                    RandomAccess.Write(file, FloatBytes.Slice(values, at, (int)Math.Min(PieceBytes, bytes - at)), header.Length + at);
                }

                RandomAccess.FlushToDisk(file);
            }

            DurableFile.Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
