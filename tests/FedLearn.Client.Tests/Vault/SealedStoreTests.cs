using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Tests.Vault;

public sealed class SealedStoreTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 16 - 40)] // one full first segment
    [InlineData((1 << 20) - 16 - 40 + 1)]
    [InlineData(3_500_000)]
    public void File_WrittenInOddPieces_ReadsBack(int length)
    {
        var content = Bytes(length);
        using var store = Open();
        using (var file = store.OpenWrite("update-7"))
        {
            for (var at = 0; at < length; at += 99_991)
            {
                file.Write(content.AsSpan(at, Math.Min(99_991, length - at)));
            }

            Assert.Equal(length, file.Position);
            file.Commit();
        }

        Assert.Equal(content, store.ReadAll("update-7"));
    }

    [Fact]
    public void Read_AtAnyPlace_GivesTheBytesThere()
    {
        var content = Bytes(3_000_000);
        using var store = Open();
        store.WriteAll("x", content);
        using var file = store.OpenRead("x");
        var buffer = new byte[5000];
        foreach (var at in new[] { 2_999_000, 0, 1_048_500, 2_097_100, 17 })
        {
            file.Position = at;
            var read = file.ReadAtLeast(buffer, Math.Min(buffer.Length, content.Length - at));
            Assert.Equal(content.AsSpan(at, read), buffer.AsSpan(0, read));
        }
    }

    [Fact]
    public void Write_NotCommitted_LeavesTheOldFileAndNothingElse()
    {
        using var store = Open();
        store.WriteAll("token", "old"u8);
        using (var file = store.OpenWrite("token"))
        {
            file.Write(Bytes(2_000_000));
        }

        Assert.Equal("old"u8.ToArray(), store.ReadAll("token"));
        Assert.Empty(Directory.EnumerateFiles(_temp.File("store/tmp")));
    }

    [Fact]
    public void Open_AfterAWriteWasKilled_RemovesItsLeftover()
    {
        Open().Dispose();
        File.WriteAllBytes(_temp.File("store/tmp/abc.tmp"), [1]);
        using var store = Open();
        Assert.Empty(Directory.EnumerateFiles(_temp.File("store/tmp")));
    }

    [Fact]
    public void Read_FileCutToTheLengthOfAnEmptyOne_IsRefused()
    {
        using var store = Open();
        store.WriteAll("update-7", Bytes(1000));
        using (var file = File.OpenWrite(Directory.EnumerateFiles(_temp.Path, "update-7*", SearchOption.AllDirectories).Single()))
        {
            file.SetLength(StreamFormat.Default.SealedLength(0));
        }

        Assert.Throws<VaultException>(() => store.ReadAll("update-7"));
    }

    [Fact]
    public void Files_RenamedOnDisk_AreRefused()
    {
        using var store = Open();
        store.WriteAll("round-1", Bytes(100));
        File.Move(_temp.File("store/round-1.sealed"), _temp.File("store/round-2.sealed"));
        Assert.Throws<VaultException>(() => store.ReadAll("round-2"));
    }

    [Fact]
    public void Open_WithAnotherKey_SaysWhichIsExpected()
    {
        Open().Dispose();
        var other = KeySource.FromKeyFile(_temp.File("other"));
        SealedStore.Open(_temp.File("elsewhere"), other).Dispose();
        var error = Assert.Throws<VaultException>(() => SealedStore.Open(_temp.File("store"), other));
        Assert.Contains("wrong key-file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_IsRefused()
    {
        using var store = Open();
        var error = Assert.Throws<VaultException>(Open);
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_KeyLostWhileFilesLie_DoesNotDrawANewKey()
    {
        using (var store = Open())
        {
            store.WriteAll("x", [1]);
        }

        File.Delete(_temp.File("store/keys/1/store.key"));
        Assert.Throws<VaultException>(Open);
    }

    [Fact]
    public void RotateKey_ClosedStore_KeepsFilesAndLocksTheOldKeyOut()
    {
        using (var store = Open())
        {
            store.WriteAll("x", Bytes(50));
        }

        var before = File.ReadAllBytes(_temp.File("store/x.sealed"));
        var next = KeySource.FromPassphrase("correct horse battery staple"u8);
        Assert.Equal(1, SealedStore.RotateKey(_temp.File("store"), Key(), next));

        Assert.Equal(before, File.ReadAllBytes(_temp.File("store/x.sealed")));
        Assert.Throws<VaultException>(Open);
        using var rotated = SealedStore.Open(_temp.File("store"), next);
        Assert.Equal(Bytes(50), rotated.ReadAll("x"));
    }

    [Fact]
    public void Delete_File_IsGone()
    {
        using var store = Open();
        store.WriteAll("a", [1]);
        store.WriteAll("b", [2]);
        store.Delete("a");
        store.Delete("never-was");
        Assert.Equal(["b"], store.Names);
        Assert.Null(store.ReadAll("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    public void Name_ThatIsNoPlainName_IsRefused(string name)
    {
        using var store = Open();
        Assert.Throws<ArgumentException>(() => store.WriteAll(name, [1]));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private KeySource Key() => KeySource.FromKeyFile(_temp.File("key"));

    private SealedStore Open() => SealedStore.Open(_temp.File("store"), Key());
}
