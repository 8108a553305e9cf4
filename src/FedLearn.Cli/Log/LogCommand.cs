using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Log;

/// <summary><c>fedlearn log</c>.</summary>
internal static class LogCommand
{
    public static Command Create() =>
        new Command("log", "The coordinator's log of everything that matters: to keep a head of it, to export it, and to verify it.") { Head(), Export(), LogVerifyCommand.Create() }
            .WithExamples("fedlearn log head --output head.json", "fedlearn log export log.jsonl", "fedlearn log verify log.jsonl --from head.json");

    /// <summary>The file of a log's head beside its entries.</summary>
    public static string HeadOf(string entries) => $"{entries}.head.json";

    private static Command Head()
    {
        var output = new Option<FileInfo>("--output", "-o") { Description = "Write it to this file: what `log verify --from` takes.", HelpName = "HEAD.json" };
        return new Command("head", "Signs the log as it is now. Keep it outside the coordinator: it holds the coordinator to what it counted.") { output }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var head = await HeadAsync(connection, cancellationToken);
                if (result.GetValue(output) is { } file)
                {
                    await File.WriteAllTextAsync(file.FullName, head.ToJson() + "\n", cancellationToken);
                }

                await result.InvocationConfiguration.Output.WriteLineAsync(Line(head));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn log head", "fedlearn log head --output head.json");
    }

    private static Command Export()
    {
        var file = new Argument<FileInfo>("file") { Description = "The file that takes the entries, one a line; its head goes to FILE.head.json.", HelpName = "FILE" };
        return new Command("export", "Writes the log to a file, and its signed head beside it.") { file }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var path = result.GetRequiredValue(file).FullName;
                var head = await HeadAsync(connection, cancellationToken);
                await WriteAsync(connection, path, SizeOf(head), cancellationToken);
                await File.WriteAllTextAsync(HeadOf(path), head.ToJson() + "\n", cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync($"{Line(head)}; in {path}");
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn log export log.jsonl");
    }

    private static async Task WriteAsync(OperatorConnection connection, string path, long size, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        using var call = connection.Log.GetEntries(new GetEntriesRequest { Count = size }, connection.Headers, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            foreach (var entry in call.ResponseStream.Current.Entries)
            {
                await file.WriteAsync(entry.Memory, cancellationToken);
                file.WriteByte((byte)'\n');
            }
        }
    }

    private static async Task<SignedHead> HeadAsync(OperatorConnection connection, CancellationToken cancellationToken)
    {
        var head = (await connection.Log.GetHeadAsync(new GetHeadRequest(), connection.Headers, cancellationToken: cancellationToken)).Head;
        return new SignedHead(head.Statement.ToByteArray(), head.Signature.ToByteArray(), head.PublicKey.ToByteArray());
    }

    private static long SizeOf(SignedHead head) => (head.Verify() ?? throw new CliException("the coordinator's head is not signed by the key that it names")).Size;

    private static string Line(SignedHead head) => head.Verify() is { } said
        ? $"{said.Size} entries, root {said.Root}, signed by the key {StatementKey.IdOf(head.PublicKey)}"
        : throw new CliException("the coordinator's head is not signed by the key that it names");
}
