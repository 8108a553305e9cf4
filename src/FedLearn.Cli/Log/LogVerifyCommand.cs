using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Core.Proofs.Statements;

namespace FedLearn.Cli.Log;

/// <summary><c>fedlearn log verify</c>: needs the exported file alone.</summary>
internal static class LogVerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "What `fedlearn log export` wrote, with FILE.head.json beside it.", HelpName = "FILE" };
        var from = new Option<FileInfo[]>("--from") { Description = "A head that was kept earlier: the log must still begin with what it counted. May be given several times.", HelpName = "HEAD.json", AllowMultipleArgumentsPerToken = true };
        var key = new Option<FileInfo>("--key") { Description = "The public key to expect (DER), such as a worker keeps beside its receipts; otherwise the key of the heads is taken as it comes.", HelpName = "KEY.der" };
        var command = new Command("verify", "Verifies an exported log, offline: exit 0 where nothing was edited, deleted, moved or cut off, 1 where something was.") { file, from, key };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(file).FullName;
            var head = Read(LogCommand.HeadOf(path));
            SignedHead[] witnessed = [.. (result.GetValue(from) ?? []).Select(f => Read(f.FullName))];
            var expected = result.GetValue(key) is { } given ? File.ReadAllBytes(given.FullName) : head.PublicKey;
            using var entries = File.OpenRead(path);
            var mistake = LogFile.FindMistake(entries, head, witnessed)
                ?? (head.PublicKey.AsSpan().SequenceEqual(expected) ? null : $"the head is signed by the key {StatementKey.IdOf(head.PublicKey)}; expected {StatementKey.IdOf(expected)}");
            if (mistake is not null)
            {
                throw new CliException($"{path}: {mistake}");
            }

            result.InvocationConfiguration.Output.WriteLine($"{path}: {head.Verify()!.Value.Size} entries hold, {witnessed.Length} earlier heads with them; signed by the key {StatementKey.IdOf(head.PublicKey)}");
        });
        return command.WithExamples("fedlearn log verify log.jsonl", "fedlearn log verify log.jsonl --from head.json");
    }

    private static SignedHead Read(string path) => SignedHead.FromJson(File.ReadAllText(path))
        ?? throw new CliException($"{path} is not a head; expected what `fedlearn log head --output` or `fedlearn log export` wrote");
}
