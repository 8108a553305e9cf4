namespace FedLearn.Cli.Shell;

/// <summary>
/// Ends a process that another one started for itself, when that one is gone: the starter keeps the child's standard input open, and
/// its end, however it came about, is the sign. Works everywhere and needs no polling.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Set to 1 by a starter that wants its child to end with it.</summary>
    public const string Variable = "FEDLEARN_STOP_AT_EOF";

    /// <summary>A token that is cancelled when standard input ends, if the starter asked for it.</summary>
    public static CancellationToken Start()
    {
        if (Environment.GetEnvironmentVariable(Variable) != "1")
        {
            return CancellationToken.None;
        }

        // Lives as long as the process.
        var source = new CancellationTokenSource();
        new Thread(() =>
        {
            var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0)
            {
            }

            source.Cancel();
        })
        { IsBackground = true, Name = "parent watch" }.Start();
        return source.Token;
    }
}
