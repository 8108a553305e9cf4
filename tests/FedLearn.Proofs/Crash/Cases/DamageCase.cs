using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>What must follow from a damaged byte.</summary>
internal enum Aftermath
{
    /// <summary>The start is refused and names the file; with the byte put right everything goes on.</summary>
    Refused,

    /// <summary>The round is void and names the file; the next ones go on without it.</summary>
    RoundVoid,

    /// <summary>The run names the file and publishes nothing on it; the other run finishes, and with the byte put right so does this one.</summary>
    RunStuck,

    /// <summary>Nothing of value is in the file: all goes on.</summary>
    Harmless,
}

/// <summary>A damaged byte in one kind of file while the coordinator is down, in the middle of round 2.</summary>
internal sealed class DamageCase(string kind, Aftermath aftermath, Func<string, string> fileIn, Func<long, long> offsetIn) : ICrashCase
{
    public static IEnumerable<DamageCase> All { get; } =
    [
        new("database-header", Aftermath.Refused, Checkpointed, _ => 3),
        new("database-page", Aftermath.Refused, Checkpointed, length => length / 2 / 4096 * 4096),
        new("database-log", Aftermath.Refused, data => Path.Combine(data, "fedlearn.db-wal"), length => length / 2),
        new("version", Aftermath.RunStuck, data => The(data, "large-*", "versions", "000001.safetensors"), length => length - 1000),
        new("version-blocks", Aftermath.RunStuck, data => The(data, "large-*", "versions", "000001.blocks"), _ => 34),
        new("update", Aftermath.RoundVoid, data => The(data, "large-*", "rounds", "000002", "client-1.*.update"), length => length / 2),
        new("update-blocks", Aftermath.RoundVoid, data => The(data, "large-*", "rounds", "000002", "client-1.*.blocks"), _ => 34),
        new("small-update", Aftermath.RoundVoid, data => The(data, "small-*", "rounds", "000002", "*"), _ => 2000),
        new("operator-token", Aftermath.Refused, data => Path.Combine(data, "operator.token"), _ => 5),
        new("lock", Aftermath.Harmless, data => Path.Combine(data, "coordinator.lock"), _ => 0),
    ];

    public string Name => $"damaged-{kind}";

    public async Task RunAsync(CaseContext context)
    {
        var turnstile = new Turnstile(fit => fit is { Round: 2, Run.ClientId: "client-2" });
        await using var federation = context.NewFederation(turnstile);
        var process = await federation.Site.StartAsync().ConfigureAwait(false);
        await turnstile.WaitAsync(2, federation).ConfigureAwait(false);
        await federation.Ledger.WhenAsync(2, "client-1", count: 2).ConfigureAwait(false);
        await process.KillAsync().ConfigureAwait(false);

        var file = fileIn(federation.Site.Data);
        Flip(file, offsetIn(new FileInfo(file).Length));
        process = federation.Site.Launch();
        await ServesOrEndsAsync(process).ConfigureAwait(false);
        turnstile.Open(forGood: true);
        await (aftermath == Aftermath.Refused ? RefusedAsync(context, federation, file) : GoesOnAsync(context, federation, file)).ConfigureAwait(false);
    }

    private async Task RefusedAsync(CaseContext context, Federation federation, string file)
    {
        var process = federation.Site.Process!;
        if (!process.HasExited)
        {
            context.Findings.Fail($"{Name}: the start should have been refused, but it serves");
            return;
        }

        var (code, text) = (await process.ExitAsync(10).ConfigureAwait(false), process.Log.Tail.Trim());
        context.Findings.Require(code == 1 && text.Contains(file, StringComparison.Ordinal) && !text.Contains("   at ", StringComparison.Ordinal), $"{Name}: exit code {code}, '{text}'");
        context.Findings.Say($"  refused: {text}");
        Flip(file, offsetIn(new FileInfo(file).Length));
        await federation.Site.StartAsync().ConfigureAwait(false);
        await context.FinishAsync(federation).ConfigureAwait(false);
    }

    private async Task GoesOnAsync(CaseContext context, Federation federation, string file)
    {
        var process = federation.Site.Process!;
        if (process.HasExited)
        {
            context.Findings.Fail($"{Name}: the start should have gone on, but it ended: {process.Log.Tail}");
            return;
        }

        if (aftermath != Aftermath.Harmless)
        {
            var named = await process.Log.WhenAsync(1202, Path.GetFileNameWithoutExtension(file)).ConfigureAwait(false);
            context.Findings.Say($"  {named.Text}");
        }

        if (aftermath == Aftermath.RunStuck)
        {
            await federation.RunOverAsync(CaseContext.Small.Name).ConfigureAwait(false);
            context.Findings.Require(!process.Log.All.Any(e => e.Id == 1201 && e.Text.Contains("large", StringComparison.Ordinal)), $"{Name}: a round was published on a damaged version");
            await process.KillAsync().ConfigureAwait(false);
            Flip(file, offsetIn(new FileInfo(file).Length));
            await federation.Site.StartAsync().ConfigureAwait(false);
        }

        await context.FinishAsync(federation, sameBits: aftermath == Aftermath.Harmless).ConfigureAwait(false);
    }

    /// <summary>A damaged file may be refused, but it must not hang the start.</summary>
    private static async Task ServesOrEndsAsync(CoordinatorProcess process)
    {
        try
        {
            await process.Ready.ConfigureAwait(false);
        }
        catch (CrashException)
        {
            await process.ExitAsync(10).ConfigureAwait(false);
        }
    }

    /// <summary>Changes the byte so that doing it twice puts it right.</summary>
    private static void Flip(string file, long offset)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        var value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)((value < 0 ? 0 : value) ^ 0x80));
    }

    /// <summary>The database with everything in the file itself and nothing in its log.</summary>
    private static string Checkpointed(string data)
    {
        var file = Path.Combine(data, "fedlearn.db");
        using var db = new SqliteConnection($"Data Source={file};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
        return file;
    }

    private static string The(string data, string run, params string[] path)
    {
        var folder = Path.Combine([Directory.GetDirectories(Path.Combine(data, "runs"), run).Single(), .. path[..^1]]);
        return Directory.GetFiles(folder, path[^1]).Where(f => !f.EndsWith(".part", StringComparison.Ordinal)).MaxBy(f => new FileInfo(f).Length)!;
    }
}
