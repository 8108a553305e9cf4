using System.Net;
using System.Net.Sockets;
using FedLearn.Coordinator;

namespace FedLearn.Cli.Doctor;

/// <summary>A coordinator's own machine: its data folder, its certificates, its disk, its ports.</summary>
internal static class CoordinatorChecks
{
    private static readonly CoordinatorOptions s_usual = new() { DataFolder = "" };

    public static IReadOnlyList<Finding> Run(DirectoryInfo data, TimeProvider time)
    {
        if (!data.Exists)
        {
            return [Finding.Bad("data folder", $"there is no {data.FullName}", $"fedlearn coordinator --data {data.FullName} makes it")];
        }

        var running = IsHeld(Path.Combine(data.FullName, "coordinator.lock"));
        var findings = new List<Finding>
        {
            File.Exists(Path.Combine(data.FullName, "fedlearn.db"))
                ? Finding.Good("data folder", $"{data.FullName}, {(running ? "in use by a running coordinator" : "in use by nobody")}")
                : Finding.Bad("data folder", $"{data.FullName} has no fedlearn.db", "name the folder that the coordinator was started with (--data)"),
            FileChecks.Secret("operators' token", Path.Combine(data.FullName, "operator.token"), "the coordinator makes it at its next start"),
            FileChecks.Secret("signing key", Path.Combine(data.FullName, "signing.key"), "restore it from a backup: without it workers refuse this coordinator's versions"),
            FileChecks.Room(data.FullName, s_usual.DiskReserveBytes),
        };
        findings.AddRange(Certificates(Path.Combine(data.FullName, "pki"), time.GetUtcNow()));
        if (!running)
        {
            findings.AddRange(new[] { ("participants", s_usual.Listen), ("enrolment", s_usual.Enrolment), ("operations", s_usual.Operations) }.Select(p => Port(p.Item1, new Uri(p.Item2))));
        }

        return findings;
    }

    private static IEnumerable<Finding> Certificates(string pki, DateTimeOffset now)
    {
        var coordinator = Path.Combine(pki, "coordinator");
        if (!Directory.Exists(coordinator))
        {
            yield return Finding.Warning("certificates", "there are no authorities in the data folder", "without --insecure or --pki a start makes them");
            yield break;
        }

        yield return FileChecks.Secret("issuing authority's key", Path.Combine(coordinator, "issuing.key"), "restore it from a backup, or make new authorities and invite everybody again");
        yield return FileChecks.Certificate("issuing authority", Path.Combine(coordinator, "issuing.pem"), now, TimeSpan.FromDays(60), "make new authorities in time, and invite everybody again (docs/operations.md)");
        yield return FileChecks.Certificate("coordinator's certificate", Path.Combine(coordinator, "server.pem"), now, TimeSpan.FromDays(7), "a running coordinator makes itself a new one after 60 days: start it");
        if (Directory.Exists(Path.Combine(pki, "root")))
        {
            yield return Finding.Warning("root's key", $"it lies in {Path.Combine(pki, "root")}, on this machine", "take that folder to an offline place: the coordinator does not need it");
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Finding Port(string what, Uri address)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, address.Port));
            return Finding.Good($"port {address.Port}", $"free, for {what}");
        }
        catch (SocketException e)
        {
            return Finding.Warning($"port {address.Port}", $"{e.Message}, and {what} would listen there", "stop what uses it, or give the coordinator another one (`fedlearn coordinator --help`)");
        }
    }
}
