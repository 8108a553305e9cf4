using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Doctor;

/// <summary><c>fedlearn doctor</c>: looks at everything that has to be right and says what to do about what is not.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "Look at a coordinator's data folder on this machine: certificates, keys, disk, ports.", HelpName = "DIR" };
        var state = new Option<DirectoryInfo>("--state") { Description = "Look at a participant's state folder on this machine: its certificate and its way to the coordinator.", HelpName = "DIR" };
        var json = OperatorCommand.JsonOption();
        var command = new Command("doctor", "Checks configuration, certificates, clock, disk, ports and reachability, and says what to do; exit 1 if something does not work.") { data, state, json };
        var options = new OperatorOptions().AddTo(command);
        command.SetAction((result, cancellationToken) => Interruption.NameAsync(
            async () =>
            {
                var findings = new List<Finding>();
                if (result.GetValue(data) is { } folder)
                {
                    findings.AddRange(CoordinatorChecks.Run(folder, TimeProvider.System));
                }

                if (result.GetValue(state) is { } own)
                {
                    findings.AddRange(await ParticipantChecks.RunAsync(own, TimeProvider.System, cancellationToken));
                }

                // A participant's machine has no operator's token, and needs none.
                if (result.GetValue(state) is null || options.TokenOf(result) is not null || options.IdentityOf(result) is not null)
                {
                    findings.AddRange(await OperatorChecks.RunAsync(options, result, TimeProvider.System, cancellationToken));
                }

                Print(result.InvocationConfiguration.Output, findings, result.GetValue(json));
                return findings.Any(f => f.Severity == Severity.Bad) ? ExitCode.Failed : ExitCode.Ok;
            },
            cancellationToken));
        return command.WithExamples("fedlearn doctor", "fedlearn doctor --data data", "fedlearn doctor --state state --json");
    }

    private static void Print(TextWriter output, IReadOnlyList<Finding> findings, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var finding in findings)
                {
                    w.WriteStartObject();
                    w.WriteString("subject", finding.Subject);
                    w.WriteString("severity", Word(finding.Severity));
                    w.WriteString("text", finding.Text);
                    w.WriteString("action", finding.Action);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        foreach (var finding in findings)
        {
            output.WriteLine($"{Word(finding.Severity),-7}  {finding.Subject}: {finding.Text}");
            if (finding.Action is { } action)
            {
                output.WriteLine($"{"",-7}  -> {action}");
            }
        }
    }

    private static string Word(Severity severity) => severity switch { Severity.Good => "ok", Severity.Warning => "look", _ => "BAD" };
}
