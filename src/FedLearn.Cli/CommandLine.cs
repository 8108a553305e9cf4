using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using FedLearn.Cli.Data;
using FedLearn.Cli.Demo;
using FedLearn.Cli.Doctor;
using FedLearn.Cli.Help;
using FedLearn.Cli.Hosting;
using FedLearn.Cli.Log;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Receipts;
using FedLearn.Cli.Runs;
using FedLearn.Cli.Shell;
using FedLearn.Cli.Simulate;
using FedLearn.Cli.Worker;
using FedLearn.Client;
using FedLearn.Client.Vault;
using FedLearn.Coordinator;
using Grpc.Core;

namespace FedLearn.Cli;

/// <summary>The <c>fedlearn</c> command: its tree, and one place where exceptions become messages and exit codes.</summary>
internal static class CommandLine
{
    /// <summary>How long a command may take to end after Ctrl-C or SIGTERM: more than the coordinator's drain.</summary>
    private static readonly TimeSpan s_termination = TimeSpan.FromSeconds(15);

    /// <summary>The whole tree.</summary>
    public static RootCommand Tree()
    {
        var root = new RootCommand("Federated learning: participants keep their data and train together.")
        {
            DemoCommand.Create(),
            SimulateCommand.Create(),
            CoordinatorCommand.Create(),
            WorkerCommand.Create(),
            RunCommand.Create(),
            ModelCommand.Create(),
            ClientCommand.Create(),
            LogCommand.Create(),
            PkiCommand.Create(),
            FederationCommand.Create(),
            EnrolCommand.Create(),
            ReceiptCommand.Create(),
            ContextCommand.Create(),
            DoctorCommand.Create(),
            DataCommand.Create(),
            BackupCommand.CreateBackup(),
            BackupCommand.CreateRestore(),
            StorageCommand.Create(),
            HealthCommand.Create(),
            CompletionCommand.Create(),
            ReferenceCommand.Create(),
        };
        root.WithExamples("fedlearn demo", "fedlearn coordinator --data data", "fedlearn run create spec.json --token-file data/operator.token --watch");
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Runs one command line. Ctrl-C and SIGTERM cancel it, and so does the token.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var parsed = Tree().Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_termination,
        };
        try
        {
            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            return parsed.Action is ParseErrorAction ? ExitCode.Usage : code;
        }
        catch (Exception e) when (Explain(e) is { } explained)
        {
            await error.WriteLineAsync(explained.Message);
            return explained.ExitCode;
        }
    }

    /// <summary>The message and exit code of what can go wrong without a bug; null for anything else, which ends with its stack trace.</summary>
    private static CliException? Explain(Exception e) => e switch
    {
        CliException explained => explained,
        RpcException rpc => OperatorErrors.Explain(rpc),
        OperationCanceledException => new CliException("interrupted", ExitCode.Interrupted),
        StartupException or FederationException or VaultException or InvalidDataException or IOException or UnauthorizedAccessException => new CliException(e.Message),
        _ => null,
    };
}
