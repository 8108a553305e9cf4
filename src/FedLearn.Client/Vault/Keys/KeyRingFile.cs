using System.Text.Json;
using FedLearn.Client.Vault.Files;

namespace FedLearn.Client.Vault.Keys;

/// <summary>The content of <c>keyring.json</c>.</summary>
/// <param name="Format">The layout's name and version.</param>
/// <param name="Set">The current set of wrapped keys, from 1.</param>
/// <param name="Key">The key-encryption key that wraps them.</param>
internal sealed record KeyRingFile(string Format, int Set, KeyDescriptor Key)
{
    public const string CurrentFormat = "fedlearn-keys/1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string PathIn(string folder) => Path.Combine(folder, "keyring.json");

    public static KeyRingFile Read(string folder)
    {
        var path = PathIn(folder);
        try
        {
            var file = JsonSerializer.Deserialize<KeyRingFile>(File.ReadAllBytes(path), Json);
            return file is { Format: CurrentFormat, Set: > 0, Key: { Kind: not null, Id: not null } }
                ? file
                : throw new VaultException($"{path} must have format {CurrentFormat}, not {file?.Format ?? "none"}; a newer program may have written it");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VaultException($"there is no vault at {folder}: no keyring.json", e);
        }
        catch (JsonException e)
        {
            throw new VaultException($"{path} is damaged: {e.Message} Restore it from a backup.", e);
        }
    }

    public string SetFolder(string folder) => Path.Combine(SetsFolder(folder), Set.ToString());

    public void Write(string folder) => DurableFile.Replace(PathIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, Json));

    /// <summary>Shreds sets that a rotation replaced or did not finish: they may be wrapped under a key that has leaked.</summary>
    public void RemoveOtherSets(string folder)
    {
        foreach (var other in Directory.EnumerateDirectories(SetsFolder(folder)).Where(d => Path.GetFileName(d) != Set.ToString()))
        {
            foreach (var file in Directory.EnumerateFiles(other))
            {
                DurableFile.Shred(file);
            }

            Directory.Delete(other);
        }
    }

    private static string SetsFolder(string folder) => Path.Combine(folder, "keys");
}
