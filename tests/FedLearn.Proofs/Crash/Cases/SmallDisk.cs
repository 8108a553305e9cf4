using System.Diagnostics;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>A small file system in memory, mounted over a folder; only root may.</summary>
internal static class SmallDisk
{
    /// <summary>Mounts one; returns why it could not, or null.</summary>
    public static async Task<string?> TryMountAsync(string folder, int megabytes) =>
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "fedlearn-crash", folder).ConfigureAwait(false);

    public static async Task UnmountAsync(string folder)
    {
        if (await RunAsync("umount", folder).ConfigureAwait(false) is { } why)
        {
            throw new CrashException($"{folder} is still mounted: {why}");
        }
    }

    /// <summary>Writes a file until nothing more fits.</summary>
    public static void Fill(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write);
        var (zeros, length) = (new byte[4096], 0L);
        try
        {
            for (; ; length += zeros.Length)
            {
                RandomAccess.Write(handle, zeros, length);
            }
        }
        catch (IOException)
        {
            // That is the point: the disk is full.
        }
    }

    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
            await process.WaitForExitAsync().ConfigureAwait(false);
            return process.ExitCode == 0 ? null : $"{program}: exit code {process.ExitCode}: {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"{program}: {e.Message}";
        }
    }
}
