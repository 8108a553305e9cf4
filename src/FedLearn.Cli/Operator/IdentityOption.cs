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
        Description = $"The folder of an operator's or viewer's certificate, as `fedlearn enrol` made it; its commands need no token then. Default: what {Variable} names, where no --token-file is given.",
        HelpName = "DIR",
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(_identity);

    /// <summary>A connection by certificate, which is renewed where that is due; null where none is named.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="tokenGiven">Whether it names a token, which counts more than the variable.</param>
    /// <param name="cancellationToken">Ends the renewal.</param>
    public async Task<OperatorConnection?> ConnectAsync(ParseResult result, bool tokenGiven, CancellationToken cancellationToken)
    {
        var folder = result.GetValue(_identity)?.FullName ?? (tokenGiven ? null : Environment.GetEnvironmentVariable(Variable));
        if (string.IsNullOrEmpty(folder))
        {
            return null;
        }

        var inState = Path.Combine(folder, EnrolCommand.IdentityFolder);
        return new OperatorConnection(await OperatorIdentity.LoadAsync(ClientIdentity.Exists(inState) ? inState : folder, TimeProvider.System, cancellationToken));
    }
}
