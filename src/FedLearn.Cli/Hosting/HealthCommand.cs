using System.CommandLine;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Hosting;

/// <summary><c>fedlearn health</c>: the health check of containers, whose images have no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(4);

    public static Command Create()
    {
        var address = new Argument<string>("address")
        {
            Description = "The coordinator's address of health (its --operations).",
            HelpName = "URL",
            DefaultValueFactory = _ => "http://127.0.0.1:7071",
        };
        var command = new Command("health", "Asks a coordinator whether it is ready: exit 0 if it is, 1 if it is not, 3 if it cannot be reached.") { address };
        command.SetAction((result, cancellationToken) => AskAsync(result.GetRequiredValue(address), result.InvocationConfiguration.Output, cancellationToken));
        return command.WithExamples("fedlearn health", "fedlearn health http://127.0.0.1:7071");
    }

    private static async Task<int> AskAsync(string address, TextWriter output, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CliException($"expected http://HOST:PORT, got '{address}'", ExitCode.Usage);
        }

        using var http = new HttpClient { Timeout = s_timeout };
        try
        {
            using var reply = await http.GetAsync(new Uri(uri, "/healthz/ready"), cancellationToken);
            var state = await reply.Content.ReadAsStringAsync(cancellationToken);
            await output.WriteLineAsync(reply.IsSuccessStatusCode ? "ready" : $"not ready: {state} ({(int)reply.StatusCode})");
            return reply.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"cannot reach {address}: {e.Message}", ExitCode.Unreachable);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"{address} did not answer within {s_timeout.TotalSeconds} s", ExitCode.Unreachable);
        }
    }
}
