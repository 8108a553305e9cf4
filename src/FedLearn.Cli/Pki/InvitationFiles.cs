using FedLearn.Cli.Operator;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Pki;

/// <summary>Asks for invitations, and writes them where one participant each finds its own.</summary>
internal sealed class InvitationFiles(OperatorConnection connection, int validSeconds, string address, Role role = Role.Unspecified)
{
    /// <summary>An invitation's word.</summary>
    public async Task<string> AskAsync(string client, CancellationToken cancellationToken)
    {
        var request = new InviteRequest { ClientId = client, ValidSeconds = validSeconds, Address = address, Role = role };
        return (await connection.Identities.InviteAsync(request, connection.Headers, cancellationToken: cancellationToken)).Invitation;
    }

    /// <summary>Writes one file for each client, named by it, over an older one.</summary>
    public async Task WriteAsync(string folder, IEnumerable<string> clients, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var client in clients)
        {
            var path = Path.Combine(folder, client);
            File.Delete(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var writer = new StreamWriter(path, options);
            await writer.WriteLineAsync(await AskAsync(client, cancellationToken));
        }
    }
}
