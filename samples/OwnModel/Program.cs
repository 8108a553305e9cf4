// A participant with a model of its own: dotnet run --project samples/OwnModel -- ID NUMBERS.txt [URL]
// The federation learns the mean of all participants' numbers; nobody shows a number to anybody.
using FedLearn.Client;
using FedLearn.Client.Vault.Keys;
using Microsoft.Extensions.Logging;
using OwnModel;

using var logging = LoggerFactory.Create(log => log.AddSimpleConsole(c => c.SingleLine = true));
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var options = new WorkerOptions
{
    Coordinator = args.Length > 2 ? args[2] : "http://127.0.0.1:7070",
    ClientId = args[0],
    StateFolder = $"{args[0]}-state",
    Key = KeySource.FromKeyFile($"{args[0]}.key"),
    ExitWhenDone = true,
    Logging = logging,
};
float[] numbers = [.. File.ReadLines(args[1]).Select(float.Parse)];
await FederationClient.RunAsync(options, [new MeanTrainer(numbers)], stop.Token);
