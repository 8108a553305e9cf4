using System.Runtime.InteropServices;

namespace FedLearn.Proofs.Crash;

/// <summary>Signals to one process, by its id.</summary>
internal static partial class Signals
{
    /// <summary>The end without a word: nothing of the process runs any more.</summary>
    public const int Kill = 9;

    /// <summary>The polite request to end.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal. A process that has ended already is no error.</summary>
    public static void Send(int processId, int signal) => _ = SendSignal(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
