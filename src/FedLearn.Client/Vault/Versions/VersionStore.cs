using System.Text.Json;
using System.Text.Json.Serialization;
using FedLearn.Client.Vault.Files;

namespace FedLearn.Client.Vault.Versions;

/// <summary>The version lists of a vault: <c>versions/NUMBER.json</c>, each written once.</summary>
internal static class VersionStore
{
    public const string CurrentFormat = "fedlearn-vault/1";

    private const int ShortName = 6;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string FolderIn(string vault) => Path.Combine(vault, "versions");

    /// <summary>All versions, oldest first.</summary>
    /// <exception cref="VaultException">A list is damaged.</exception>
    public static IReadOnlyList<VaultVersion> Read(string vault)
    {
        var folder = FolderIn(vault);
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Select(ReadOne).OrderBy(v => v.Number)] : [];
    }

    /// <summary>The version of this number or name (at least 6 characters of it); the latest for null.</summary>
    /// <exception cref="VaultException">There is none.</exception>
    public static VaultVersion Find(string vault, string? selector)
    {
        var versions = Read(vault);
        var found = selector switch
        {
            null => versions is [.., var latest] ? latest : null,
            { Length: >= ShortName } => versions.LastOrDefault(v => v.Name.StartsWith(selector, StringComparison.OrdinalIgnoreCase)),
            _ => versions.LastOrDefault(v => v.Number.ToString() == selector),
        };
        return found ?? throw new VaultException(versions.Count == 0
            ? $"the vault at {vault} has no version yet: import data first"
            : $"the vault at {vault} has no version '{selector}'; it has {string.Join(", ", versions.Select(v => v.Number))}");
    }

    /// <summary>Makes a version visible: the last step of an import.</summary>
    public static void Write(string vault, VaultVersion version) =>
        DurableFile.Replace(Path.Combine(FolderIn(vault), $"{version.Number}.json"), JsonSerializer.SerializeToUtf8Bytes(version, Json));

    private static VaultVersion ReadOne(string path)
    {
        try
        {
            var version = JsonSerializer.Deserialize<VaultVersion>(File.ReadAllBytes(path), Json);
            if (version is not { Format: CurrentFormat })
            {
                throw new VaultException($"{path} must have format {CurrentFormat}, not {version?.Format ?? "none"}; a newer program may have written it");
            }

            return Problem(version) is { } problem ? throw new VaultException($"{path} is damaged: {problem}. Restore it from a backup.") : version;
        }
        catch (JsonException e)
        {
            throw new VaultException($"{path} is damaged: {e.Message} Restore it from a backup.", e);
        }
    }

    private static string? Problem(VaultVersion version) => version switch
    {
        { Number: < 1 } => "number below 1",
        { RecordLength: < 1 } => "record length below 1",
        { Files.IsDefaultOrEmpty: true } => "no files",
        _ when !IsHex(version.Id, 32) || !IsHex(version.SchemaDigest, 64) => "an id or digest is not hex",
        _ when version.Files.Any(f => f is null || !IsHex(f.Id, 32) || !IsHex(f.Origin, 32) || !IsHex(f.Digest, 64)) => "a file's id or digest is not hex",
        _ => null,
    };

    // Ids become file names, so what is read here decides which files are touched.
    private static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigitLower);
}
