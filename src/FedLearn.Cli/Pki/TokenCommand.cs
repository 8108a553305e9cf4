using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Pki;

/// <summary><c>fedlearn pki token</c>: tokens for operators and viewers.</summary>
internal static class TokenCommand
{
    private const int MostDays = 30;

    public static Command Create() => new Command("token", "Makes, lists and deletes tokens of operators and viewers.") { Make(), List(), Remove() }
        .WithExamples("fedlearn pki token create alice --role viewer > alice.token", "fedlearn pki token ls", "fedlearn pki token rm alice");

    private static Command Make()
    {
        var name = NameArgument();
        var role = new Option<string>("--role") { Description = "viewer, who may see alone, or operator.", HelpName = "ROLE", DefaultValueFactory = _ => "viewer" }.AcceptOnlyFromAmong("viewer", "operator");
        var scopes = new Option<string>("--scope") { Description = "What it may do instead of a role, some of runs:read, runs:write, models:read, clients:read, identities:read, identities:write, tokens:read, tokens:write, log:read, with commas between.", HelpName = "SCOPES" };
        var valid = new Option<string>("--valid") { Description = "How long it is valid: such as 8h or 7d; 30 days at most.", HelpName = "TIME", DefaultValueFactory = _ => "30d" };
        return new Command("create", "Makes a token and prints it, once; it goes into a file for --token-file.") { name, role, scopes, valid }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new CreateTokenRequest
                {
                    Name = result.GetRequiredValue(name),
                    Role = result.GetValue(scopes) is not null ? Role.Unspecified : result.GetRequiredValue(role) == "operator" ? Role.Operator : Role.Viewer,
                    Scopes = { result.GetValue(scopes)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [] },
                    ValidSeconds = PkiCommand.Seconds(result.GetRequiredValue(valid), MostDays),
                };
                var reply = await connection.Identities.CreateTokenAsync(request, connection.Headers, cancellationToken: cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync(reply.Token);
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki token create alice > alice.token", "fedlearn pki token create ci --scope runs:read,models:read > ci.token", "fedlearn pki token create deploy --role operator --valid 8h > deploy.token");
    }

    private static Command List()
    {
        var json = OperatorCommand.JsonOption();
        return new Command("ls", "Lists the tokens, expired ones too.") { json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var reply = await connection.Identities.ListTokensAsync(new ListTokensRequest(), connection.Headers, cancellationToken: cancellationToken);
                Print(result.InvocationConfiguration.Output, reply.Tokens, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki token ls", "fedlearn pki token ls --json");
    }

    private static Command Remove()
    {
        var name = NameArgument();
        return new Command("rm", "Deletes a token: it ends at once.") { name }
            .Calling(async (connection, result, cancellationToken) =>
            {
                await connection.Identities.DeleteTokenAsync(new DeleteTokenRequest { Name = result.GetRequiredValue(name) }, connection.Headers, cancellationToken: cancellationToken);
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki token rm alice");
    }

    /// <summary>The role; empty where it has scopes of its own.</summary>
    private static string RoleOf(ApiToken token) => token.Role == Role.Unspecified ? "" : token.Role.ToString().ToLowerInvariant();

    private static Argument<string> NameArgument() => new("name") { Description = "Whose it is: a-z, 0-9 and -.", HelpName = "NAME" };

    private static void Print(TextWriter output, IReadOnlyCollection<ApiToken> tokens, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var token in tokens)
                {
                    w.WriteStartObject();
                    w.WriteString("name", token.Name);
                    w.WriteString("role", RoleOf(token));
                    w.WriteStartArray("scopes");
                    foreach (var scope in token.Scopes)
                    {
                        w.WriteStringValue(scope);
                    }

                    w.WriteEndArray();
                    w.WriteNumber("createdUnixMs", token.CreatedUnixMs);
                    w.WriteNumber("expiresUnixMs", token.ExpiresUnixMs);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("name", "may", "created", "expires");
        foreach (var token in tokens)
        {
            table.Add(token.Name, RoleOf(token) is { Length: > 0 } role ? role : string.Join(", ", token.Scopes), Show.Time(token.CreatedUnixMs), Show.Time(token.ExpiresUnixMs));
        }

        table.Write(output);
    }
}
