using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>A participant's sealed files, written by somebody else: they are opened as they were sealed, or refused.</summary>
internal static class VaultTargets
{
    private const string Name = "x";

    private static readonly byte[] s_content = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    public static IReadOnlyList<FuzzTarget> All(string folder)
    {
        var (store, key) = (Path.Combine(folder, "store"), Path.Combine(folder, "key"));
        var source = KeySource.FromKeyFile(key);
        using (var made = SealedStore.Open(store, source))
        {
            made.WriteAll(Name, s_content);
        }

        var open = SealedStore.Open(store, source);
        var (file, ring) = (Directory.GetFiles(store, Name + ".*").Single(), KeyRingFile.PathIn(store));
        return
        [
            new("sealed-file", [File.ReadAllBytes(file)], bytes => Overwriting(file, bytes, () => Require(open.ReadAll(Name)))) { ReadsFiles = true },
            new("key-ring", [File.ReadAllBytes(ring)], bytes => Overwriting(ring, bytes, () => KeyRing.Open(store, source).Dispose())) { ReadsFiles = true },
        ];
    }

    private static string Overwriting(string path, byte[] bytes, Action read)
    {
        var original = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes);
        try
        {
            return Outcome.Catching<VaultException>(read).Replace(path, "");
        }
        finally
        {
            File.WriteAllBytes(path, original);
        }
    }

    private static void Require(byte[]? content)
    {
        if (content is null || !content.AsSpan().SequenceEqual(s_content))
        {
            throw new InvalidOperationException("a changed file was opened as if it had been sealed like that");
        }
    }
}
