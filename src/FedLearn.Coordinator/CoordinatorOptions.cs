using System.Net;

namespace FedLearn.Coordinator;

/// <summary>The coordinator's settings. <see cref="Problems"/> validates all of them at once.</summary>
public sealed record CoordinatorOptions
{
    /// <summary>Where the database, the models and the updates lie; made where it does not exist. Required.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The address for participants and operators: http://ADDRESS:PORT; port 0 takes a free one. Default http://127.0.0.1:7070.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:7070";

    /// <summary>The address of health, loopback unless told otherwise; port 0 takes a free one. Default http://127.0.0.1:7071.</summary>
    public string Operations { get; init; } = "http://127.0.0.1:7071";

    /// <summary>Allows an address beyond loopback although nothing is encrypted on the wire. Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary>
    /// Run specs to create at start, unless a run of that name exists already: JSON texts with <c>model.tensors</c> filled in. Default none.
    /// </summary>
    public IReadOnlyList<string> SpecJsons { get; init; } = [];

    /// <summary>Turns gRPC reflection on. Default false.</summary>
    public bool Development { get; init; }

    /// <summary>Logs plain lines for a person instead of compact JSON. Default false.</summary>
    public bool PlainLog { get; init; }

    /// <summary>Also write the log to this file, in the same form as to the console, or null.</summary>
    public string? LogFile { get; init; }

    /// <summary>How often clients are asked to call Heartbeat, in seconds, 1 to 3600. Default 15.</summary>
    public int HeartbeatSeconds { get; init; } = 15;

    /// <summary>How long a stop waits for open uploads, in seconds, 0 to 6: with the rest of the stop a drain ends within 10 s. Default 5.</summary>
    public double DrainSeconds { get; init; } = 5;

    /// <summary>Keep a round's updates after its version is published, for replay. Default false.</summary>
    public bool KeepUpdates { get; init; }

    /// <summary>What is wrong with these settings; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            problems.Add("data folder: expected a path");
        }

        CheckAddress(problems, "listen", Listen);
        CheckAddress(problems, "operations", Operations);
        if (HeartbeatSeconds is < 1 or > 3600)
        {
            problems.Add($"heartbeat: expected 1 to 3600 seconds, got {HeartbeatSeconds}");
        }

        if (DrainSeconds is not (>= 0 and <= 6))
        {
            problems.Add($"drain: expected 0 to 6 seconds, got {DrainSeconds}");
        }

        return problems;
    }

    /// <summary>The endpoint of an address such as http://127.0.0.1:7070.</summary>
    internal static IPEndPoint EndPointOf(string address)
    {
        var uri = new Uri(address);
        return new IPEndPoint(AddressOf(uri) ?? throw new ArgumentException($"not an IP address: {address}", nameof(address)), uri.Port);
    }

    private static IPAddress? AddressOf(Uri uri) =>
        uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) ? ip : null;

    private void CheckAddress(List<string> problems, string name, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || AddressOf(uri) is not { } ip)
        {
            problems.Add($"{name}: expected http://IP-ADDRESS:PORT (such as http://127.0.0.1:7070), got '{address}'");
        }
        else if (!IPAddress.IsLoopback(ip) && !Insecure)
        {
            problems.Add($"{name}: {address} is reachable from other machines, but nothing is encrypted on the wire yet; "
                + "use a loopback address, or ask for it by name with --insecure");
        }
    }
}
