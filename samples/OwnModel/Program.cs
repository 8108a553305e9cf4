// A participant with a model of its own: dotnet run --project samples/OwnModel -- STATE NUMBERS.txt [INVITATION]
// The invitation is for the first start, which takes it for a certificate that is kept in the state folder.
// The federation learns the mean of all participants' numbers; nobody shows a number to anybody.
using FedLearn.Client;
using FedLearn.Client.Identity;
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
var folder = Path.Combine(args[0], "identity");
using var identity = ClientIdentity.Exists(folder) ? ClientIdentity.Load(folder) : await Enroller.EnrolAsync(args[2], folder, cancellationToken: stop.Token);
var options = new WorkerOptions
{
    Coordinator = identity.Address,
    Identity = folder,
    ClientId = identity.Name.Client,
    StateFolder = args[0],
    Policy = new() { Runs = ["mean"] },
    Key = KeySource.FromKeyFile($"{args[0]}.key"),
    ExitWhenDone = true,
    Logging = logging,
};
float[] numbers = [.. File.ReadLines(args[1]).Select(float.Parse)];
await FederationClient.RunAsync(options, [new MeanTrainer(numbers)], stop.Token);
