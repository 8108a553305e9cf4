using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Doctor;

/// <summary>What is to be said of files: who may read them, until when certificates are valid, what room there is.</summary>
internal static class FileChecks
{
    private const UnixFileMode OwnersOwn = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A file with a secret in it: there, and its owner's alone.</summary>
    public static Finding Secret(string subject, string path, string missing)
    {
        if (!File.Exists(path))
        {
            return Finding.Bad(subject, $"there is no {path}", missing);
        }

        var others = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnersOwn) != 0;
        return others ? Finding.Bad(subject, $"others can read {path}", $"chmod 600 {path}, and make a new one if somebody else may have read it") : Finding.Good(subject, path);
    }

    /// <summary>A certificate's validity.</summary>
    /// <param name="subject">Whose it is.</param>
    /// <param name="path">A PEM file whose first certificate is meant.</param>
    /// <param name="now">The time.</param>
    /// <param name="soon">How long before its end it wants a look.</param>
    /// <param name="action">What to do then.</param>
    public static Finding Certificate(string subject, string path, DateTimeOffset now, TimeSpan soon, string action)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return Validity(subject, certificate.NotBefore, certificate.NotAfter, now, soon, action);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Finding.Bad(subject, $"{path} cannot be read: {e.Message}", action);
        }
    }

    /// <summary>The same, of a certificate that is read already.</summary>
    public static Finding Validity(string subject, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now, TimeSpan soon, string action)
    {
        var end = until.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
        return from > now ? Finding.Bad(subject, $"it is valid only from {from.UtcDateTime:yyyy-MM-dd HH:mm}Z on", "is this machine's clock right?")
            : until <= now ? Finding.Bad(subject, $"it expired at {end}", action)
            : until - now < soon ? Finding.Warning(subject, $"valid until {end}", action)
            : Finding.Good(subject, $"valid until {end}");
    }

    /// <summary>The room on a folder's disk.</summary>
    public static Finding Room(string folder, long least)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < least
            ? Finding.Bad("disk", $"{Show.Bytes(free)} are free at {folder}; uploads are refused below {Show.Bytes(least)}", "free space, or start the coordinator with a lower --disk-reserve-bytes or --keep-versions")
            : free < 4 * least ? Finding.Warning("disk", $"{Show.Bytes(free)} are free at {folder}", "free space before uploads are refused (--disk-reserve-bytes)")
            : Finding.Good("disk", $"{Show.Bytes(free)} are free at {folder}");
    }
}
