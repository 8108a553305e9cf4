using System.CommandLine;
using System.Numerics;
using FedLearn.Coordinator;

namespace FedLearn.Cli.Hosting;

/// <summary>The coordinator's options for what a caller may cost the others.</summary>
internal sealed class LimitArguments
{
    private static readonly CoordinatorLimits s_defaults = new();
    private static readonly CoordinatorOptions s_hostDefaults = new() { DataFolder = "" };

    private readonly Option<double> _client = Number("--client-requests-per-second", "Requests per second of one client or operator, twice as many at once.", s_defaults.ClientRequestsPerSecond);
    private readonly Option<double> _address = Number("--address-requests-per-second", "Requests per second of one address, whoever calls from it.", s_defaults.AddressRequestsPerSecond);
    private readonly Option<double> _total = Number("--total-requests-per-second", "Requests per second of all together.", s_defaults.TotalRequestsPerSecond);
    private readonly Option<int> _streams = Number("--client-streams", "Calls of one client or operator that may be under way at once.", s_defaults.ClientStreams);
    private readonly Option<double> _call = Number("--call-seconds", "How long a call with small messages may take.", s_defaults.CallSeconds);
    private readonly Option<double> _transfer = Number("--transfer-seconds", "How long a call that carries a vector may take; an upload goes on where it was.", s_defaults.TransferSeconds);
    private readonly Option<int> _connections = Number("--max-connections", "Connections at once over all addresses; more are closed as they come.", s_hostDefaults.MaxConnections);
    private readonly Option<long> _budget = Number("--upload-budget-bytes", "Bytes that all running uploads may hold in memory; more uploads wait for their turn.", s_hostDefaults.UploadBudgetBytes);

    public void AddTo(Command command)
    {
        Option[] all = [_client, _address, _total, _streams, _call, _transfer, _connections, _budget];
        Array.ForEach(all, command.Add);
    }

    public CoordinatorOptions Apply(ParseResult result, CoordinatorOptions options) => options with
    {
        MaxConnections = result.GetValue(_connections),
        UploadBudgetBytes = result.GetValue(_budget),
        Limits = new CoordinatorLimits
        {
            ClientRequestsPerSecond = result.GetValue(_client),
            AddressRequestsPerSecond = result.GetValue(_address),
            TotalRequestsPerSecond = result.GetValue(_total),
            ClientStreams = result.GetValue(_streams),
            CallSeconds = result.GetValue(_call),
            TransferSeconds = result.GetValue(_transfer),
        },
    };

    private static Option<T> Number<T>(string name, string description, T fallback)
        where T : INumber<T> => new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => fallback };
}
