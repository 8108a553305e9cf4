using System.Globalization;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Worker;

/// <summary>
/// A numbered place for one of several like workers that share a folder, such as the replicas of a compose service: each takes the lowest
/// free number and finds it, with its data, again at the next start. Held by a file lock that the system frees with the process.
/// </summary>
internal sealed class WorkerSlot : IDisposable
{
    private const int Most = 10_000;
    private readonly FileStream _lock;

    private WorkerSlot(int number, string folder, FileStream held) => (Number, Folder, _lock) = (number, folder, held);

    public int Number { get; }

    public string Folder { get; }

    /// <exception cref="CliException">All slots are taken, or the folder cannot be written.</exception>
    public static WorkerSlot Take(string slots)
    {
        for (var number = 1; number <= Most; number++)
        {
            var folder = Path.Combine(slots, number.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            if (TryLock(Path.Combine(folder, "slot.lock")) is { } held)
            {
                return new WorkerSlot(number, folder, held);
            }
        }

        throw new CliException($"all {Most} slots in {slots} are taken");
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not FileNotFoundException)
        {
            return null;
        }
    }
}
