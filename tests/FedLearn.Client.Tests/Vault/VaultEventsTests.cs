using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Client.Tests.Vault;

public sealed class VaultEventsTests : IDisposable
{
    private readonly VaultFixture _vault = new();

    private string Record => Path.Combine(_vault.Folder, "events.jsonl");

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void History_OfImportsARotationAndADestruction_TellsThemInOrder()
    {
        var history = DataVault.ReadHistory(MakeHistory());

        Assert.Null(history.Mistake);
        Assert.Collection(
            history.Lines,
            l => Assert.EndsWith(",\"version\":1}", l, StringComparison.Ordinal),
            l => Assert.EndsWith(",\"version\":2}", l, StringComparison.Ordinal),
            l => Assert.EndsWith("\"kind\":\"keyRotated\",\"keys\":2}", l, StringComparison.Ordinal),
            l => Assert.EndsWith("\"kind\":\"destroyed\",\"versions\":\"1\"}", l, StringComparison.Ordinal));
    }

    [Fact]
    public void History_AnyByteChangedOrLineLeftOut_IsFoundOrChangesTheRoot()
    {
        MakeHistory();
        var (whole, root) = (File.ReadAllBytes(Record), DataVault.ReadHistory(_vault.Folder).Root);
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            File.WriteAllBytes(Record, changed);
            var history = DataVault.ReadHistory(_vault.Folder);
            Assert.True(history.Mistake is not null || history.Root != root, $"byte {at}");
        }

        File.WriteAllBytes(Record, whole);
        var good = File.ReadAllLines(Record);
        for (var left = 0; left < good.Length - 1; left++)
        {
            File.WriteAllLines(Record, good.Where((_, i) => i != left));
            Assert.StartsWith($"event {left} does not fit", DataVault.ReadHistory(_vault.Folder).Mistake, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void History_OfAVaultFromBeforeIt_IsEmpty()
    {
        _vault.Import(new RowSource(3));
        File.Delete(Record);

        Assert.Empty(DataVault.ReadHistory(_vault.Folder).Lines);
        Assert.Throws<VaultException>(() => DataVault.ReadHistory(_vault.File("none")));
    }

    private string MakeHistory()
    {
        var first = _vault.Import(new RowSource(3));
        _vault.Import(new RowSource(4));
        var next = KeySource.FromKeyFile(_vault.File("key2"));
        DataVault.RotateKey(_vault.Folder, _vault.Key, next);
        using var vault = _vault.Open(next);
        vault.Destroy(first);
        return _vault.Folder;
    }
}
