using System.CommandLine;
using FedLearn.Cli.Shell;
using FedLearn.Client.Transport;

namespace FedLearn.Cli.Operator;

/// <summary>Where the coordinator is and who asks: the options that every operator command shares.</summary>
internal sealed class OperatorOptions
{
    /// <summary>Where the coordinator listens unless told otherwise.</summary>
    public const string DefaultCoordinator = "http://127.0.0.1:7070";

    private const string TokenVariable = "FEDLEARN_TOKEN_FILE";

    private readonly Option<string> _coordinator = new("--coordinator", "-c")
    {
        Description = $"The coordinator's address for operators. Default: that of `fedlearn context`, or the one that lies beside the token, or {DefaultCoordinator}.",
        HelpName = "URL",
    };

    private readonly Option<string?> _trust = TrustOption.Create();

    private readonly IdentityOption _identity = new();

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        Description = $"The file with the operators' token: operator.token in the coordinator's data folder. Default: what {TokenVariable} names, or `fedlearn context` remembers.",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public OperatorOptions AddTo(Command command)
    {
        command.Add(_coordinator);
        command.Add(_trust);
        command.Add(_tokenFile);
        _identity.AddTo(command);
        return this;
    }

    /// <summary>Opens the connection that the options describe: by certificate where one is named, otherwise by token.</summary>
    public async Task<OperatorConnection> ConnectAsync(ParseResult result, CancellationToken cancellationToken) =>
        IdentityOf(result) is { } folder ? await IdentityOption.ConnectAsync(folder, cancellationToken) : Connect(result);

    /// <summary>The folder with the certificate that counts; null where a token does.</summary>
    public string? IdentityOf(ParseResult result) =>
        _identity.FolderOf(result, tokenGiven: result.GetValue(_tokenFile) is not null, tokenKnown: !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TokenVariable)));

    private OperatorConnection Connect(ParseResult result)
    {
        var (file, context) = TokenFile(result);
        var address = result.GetValue(_coordinator) ?? context.Coordinator ?? Beside(file, "operator.address", File.ReadAllText)?.Trim() ?? DefaultCoordinator;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CliException($"--coordinator: expected http://HOST:PORT or https://HOST:PORT, got '{address}'", ExitCode.Usage);
        }

        if (string.IsNullOrEmpty(file))
        {
            throw new CliException(
                $"which token? Give --token-file FILE, or have it remembered (`fedlearn context set --token-file FILE`): operator.token in the coordinator's data folder; or come with a certificate (--identity DIR)", ExitCode.Usage);
        }

        return new OperatorConnection(uri, ReadToken(file), ReadTrust(result.GetValue(_trust) ?? context.Trust, uri, file));
    }

    /// <summary>The file with the token that counts; null where none is named.</summary>
    public string? TokenOf(ParseResult result) => TokenFile(result).File is { Length: > 0 } file ? file : null;

    /// <summary>The token's file, and what else is remembered where it is the remembered one: another token may be for another coordinator.</summary>
    private (string? File, OperatorContext Context) TokenFile(ParseResult result)
    {
        var named = result.GetValue(_tokenFile) ?? Environment.GetEnvironmentVariable(TokenVariable);
        if (!string.IsNullOrEmpty(named))
        {
            return (named, OperatorContext.None);
        }

        var context = OperatorContext.Load();
        return (context.TokenFile, context);
    }

    private static ServerTrust? ReadTrust(string? trust, Uri coordinator, string tokenFile)
    {
        if (trust is not { } file)
        {
            return coordinator.Scheme == Uri.UriSchemeHttps ? Beside(tokenFile, "operator.root.pem", f => ServerTrust.TryLoad(f, out _)) : null;
        }

        if (coordinator.Scheme != Uri.UriSchemeHttps)
        {
            throw new CliException($"--trust: a certificate says nothing without TLS; write https:// for {coordinator}, or leave it out", ExitCode.Usage);
        }

        return ServerTrust.TryLoad(file, out var mistake) ?? throw new CliException($"--trust: {mistake}", ExitCode.Usage);
    }

    /// <summary>What a coordinator with certificates has laid beside its operators' token; null where nothing is.</summary>
    internal static T? Beside<T>(string? tokenFile, string name, Func<string, T?> read)
        where T : class =>
        !string.IsNullOrEmpty(tokenFile) && Path.Combine(Path.GetDirectoryName(Path.GetFullPath(tokenFile))!, name) is var path && File.Exists(path) ? read(path) : null;

    /// <summary>The connection that a coordinator with certificates has described beside its operators' token.</summary>
    internal static OperatorConnection Connect(string tokenFile) => new(
        new Uri(Beside(tokenFile, "operator.address", File.ReadAllText)!.Trim()),
        ReadToken(tokenFile),
        Beside(tokenFile, "operator.root.pem", f => ServerTrust.TryLoad(f, out _)));

    private static string ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot read the operators' token: {e.Message}", ExitCode.Usage);
        }
    }
}
