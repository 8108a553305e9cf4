using FedLearn.Core.Proofs;
using FedLearn.Proofs.Crash.Check;
using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.Crash.Cases;

/// <summary>
/// Killed with four large uploads under way: it serves again within 2 s of an ordinary start, whatever the uploads' size, and each goes on
/// where it was. 4 x 250 MB with <c>--gigabyte</c>, otherwise 4 x 24 MB.
/// </summary>
internal sealed class BigUploadsCase : ICrashCase
{
    private const int Clients = 4;

    /// <summary>What may be in flight when the kill comes: windows and buffers on both sides.</summary>
    private const long InFlight = 16 << 20;
    private const double MostSeconds = 2;

    public string Name => "big-uploads";

    public async Task RunAsync(CaseContext context)
    {
        var elements = context.Arguments.Has("gigabyte") ? 62_500_000 : 6_000_000;
        var length = (long)elements * sizeof(float);
        await using var site = new CrashSite(context.Folder);
        site.Add(new CrashRun("big", CaseContext.Seed, elements, 1, Clients) { Evaluates = false });
        var process = await site.StartAsync().ConfigureAwait(false);
        var clients = Federation.Ids(Clients).Select(id => new RawClient(site.Address, id, length)).ToList();
        var headers = await Task.WhenAll(clients.Select(c => c.TakePartAsync())).ConfigureAwait(false);

        var sent = length - (2 << 20);
        await Task.WhenAll(clients.Zip(headers).Select(async p => await p.First.SendAsync(await p.First.OpenAsync(p.Second).ConfigureAwait(false), sent).ConfigureAwait(false))).ConfigureAwait(false);
        await process.KillAsync().ConfigureAwait(false);

        var onDisk = Directory.EnumerateFiles(site.Data, "*.part", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        await site.StartAsync().ConfigureAwait(false);
        var (recovery, ordinary) = (site.Recoveries[^1].TotalSeconds, context.Undisturbed.Start.TotalSeconds);
        context.Findings.Require(recovery <= ordinary + MostSeconds, $"served after {recovery:0.00} s with {onDisk / 1e6:0} MB of open uploads; an ordinary start takes {ordinary:0.00} s");
        context.Findings.Say($"  {onDisk / 1e6:0} MB of open uploads: serves after {recovery:0.00} s (ordinary start {ordinary:0.00} s)");

        await Task.WhenAll(clients.Zip(headers).Select(p => ResumeAsync(context, p.First, p.Second, sent, length))).ConfigureAwait(false);
        await site.Process!.Log.WhenAsync(1102, "big", seconds: 120).ConfigureAwait(false);
        await site.Process.TerminateAsync().ConfigureAwait(false);
        clients.ForEach(c => c.Dispose());
        CheckModel(context, StoredFolder.Read(site.Data), clients);
    }

    private static async Task ResumeAsync(CaseContext context, RawClient client, UpdateHeader header, long sent, long length)
    {
        var upload = await client.OpenAsync(header).ConfigureAwait(false);
        context.Findings.Require(upload.Offset >= sent - InFlight && upload.Offset <= sent, $"{client.Id} sent {sent} bytes and may go on from {upload.Offset}");
        var receipt = await client.SendAsync(upload, length).ConfigureAwait(false);
        context.Findings.Require(receipt is { Round: 1 }, $"{client.Id} got no receipt");
    }

    private static void CheckModel(CaseContext context, StoredFolder stored, List<RawClient> clients)
    {
        var version = stored.Versions.Single(v => v.Number == 1);
        var (basis, vector) = (Expected.FloatsOf(Expected.VectorOf(stored.VersionFile(version.RunId, 0))), Expected.VectorOf(stored.VersionFile(version.RunId, 1)));
        context.Findings.Require(Convert.ToHexStringLower(BlockDigest.Of(vector)) == version.Digest, "the version's file does not have its row's digest");
        var total = clients.Sum(c => (double)HashTrainer.ExamplesOf(c.Id));
        var values = Expected.FloatsOf(vector);
        for (var i = 0; i < values.Length; i++)
        {
            var sum = clients.Aggregate(0.0, (s, c) => Math.FusedMultiplyAdd(RawClient.Value(c.Id, i), (double)HashTrainer.ExamplesOf(c.Id), s));
            if (values[i] != (float)(basis[i] + (sum / total)))
            {
                context.Findings.Fail($"element {i} of the version is {values[i]:r}, expected {(float)(basis[i] + (sum / total)):r}");
                return;
            }
        }
    }
}
