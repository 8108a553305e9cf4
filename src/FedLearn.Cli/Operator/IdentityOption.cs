using System.CommandLine;
using FedLearn.Cli.Pki;
using FedLearn.Client.Identity;

namespace FedLearn.Cli.Operator;

/// <summary>Who asks, where it is somebody with a certificate of an operator or viewer.</summary>
internal sealed class IdentityOption
{
    private const string Variable = "FEDLEARN_IDENTITY";

    private readonly Option<DirectoryInfo> _identity = new("--identity")
    {
        Description = $"The folder of an operator's or viewer's certificate, as `fedlearn enrol` made it; its commands need no token then. Default: what {Variable} names or `fedlearn context` remembers, where no token is given.",
        HelpName = "DIR",
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(_identity);

    /// <summary>The folder that counts; null where none is named.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="tokenGiven">Whether the command line names a token, which counts more than the variable.</param>
    /// <param name="tokenKnown">Whether the token's variable does, which counts more than what is remembered.</param>
    public string? FolderOf(ParseResult result, bool tokenGiven, bool tokenKnown)
    {
        var folder = result.GetValue(_identity)?.FullName
            ?? (tokenGiven ? null : Environment.GetEnvironmentVariable(Variable))
            ?? (tokenGiven || tokenKnown ? null : OperatorContext.Load().Identity);
        return string.IsNullOrEmpty(folder) ? null : InState(folder);
    }

    /// <summary>A connection by the certificate in a folder, which is renewed where that is due.</summary>
    public static async Task<OperatorConnection> ConnectAsync(string folder, CancellationToken cancellationToken) =>
        new(await OperatorIdentity.LoadAsync(folder, TimeProvider.System, cancellationToken));

    /// <summary>An identity's folder, also where the folder around it was named.</summary>
    internal static string InState(string folder)
    {
        var inState = Path.Combine(folder, EnrolCommand.IdentityFolder);
        return ClientIdentity.Exists(inState) ? inState : folder;
    }
}
