using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Cli.Data;

/// <summary>The options that say where a vault's key comes from. No secret is ever an argument: others could read it in the process list.</summary>
internal sealed class KeyOptions(string prefix = "--")
{
    private readonly Option<FileInfo> _keyFile = File($"{prefix}key-file", "FILE", "32 random bytes that only you may read; made where it does not exist.");
    private readonly Option<FileInfo> _passphraseFile = File($"{prefix}passphrase-file", "FILE", "A passphrase: the first line of a file that only you may read.");
    private readonly Option<FileInfo> _publicKey = File($"{prefix}public-key", "PEM", "An RSA-3072 public key: adds data and cannot read it.");
    private readonly Option<FileInfo> _privateKey = File($"{prefix}private-key", "PEM", "The RSA-3072 private key that reads what the public key added.");

    private Option<FileInfo>[] All => [_keyFile, _passphraseFile, _publicKey, _privateKey];

    public KeyOptions AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }

        return this;
    }

    /// <summary>The one key that the command line names.</summary>
    /// <exception cref="CliException">It names none, or several.</exception>
    public KeySource Read(ParseResult result)
    {
        var named = All.Where(o => result.GetValue(o) is not null).ToList();
        if (named.Count != 1)
        {
            throw new CliException($"expected one of {string.Join(", ", All.Select(o => o.Name))}, got {(named.Count == 0 ? "none" : string.Join(" and ", named.Select(o => o.Name)))}", ExitCode.Usage);
        }

        var path = result.GetValue(named[0])!.FullName;
        return named[0] == _keyFile ? KeySource.FromKeyFile(path)
            : named[0] == _passphraseFile ? KeySource.FromPassphraseFile(path)
            : named[0] == _publicKey ? KeySource.FromPublicKey(path)
            : KeySource.FromPrivateKey(path);
    }

    private static Option<FileInfo> File(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };
}
