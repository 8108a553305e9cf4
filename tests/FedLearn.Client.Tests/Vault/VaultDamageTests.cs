using CsCheck;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Tests.Vault;

/// <summary>Damage on the disk: what is refused, and that nothing of a refused segment comes out.</summary>
public sealed class VaultDamageTests : IDisposable
{
    private const int RecordLength = 4096;
    private const int Rows = 900; // 3.5 MiB: four segments
    private const int Segment = 1 << 20;

    private readonly VaultFixture _vault = new();
    private readonly VaultVersion _version;

    public VaultDamageTests() => _version = _vault.Import(new RowSource(Rows, RecordLength));

    private string Sealed => _vault.PathOf(_version.Files[0]);

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void FlippedBit_InAnySegment_RefusesItsRecordsAndNoOthers()
    {
        var original = File.ReadAllBytes(Sealed);
        Gen.Select(Gen.Int[0, 3], Gen.Int[40, Segment - 1], Gen.Int[0, 7]).Sample(
            (segment, at, bit) =>
            {
                var damaged = original.ToArray();
                var place = Math.Min((segment * Segment) + at, original.Length - 1);
                damaged[place] ^= (byte)(1 << bit);
                File.WriteAllBytes(Sealed, damaged);
                AssertOnlySegmentRefused(place / Segment);
            },
            iter: 8,
            threads: 1);
    }

    [Fact]
    public void SwappedSegments_AreRefused()
    {
        Damage(bytes =>
        {
            var first = bytes[Segment..(2 * Segment)];
            bytes.AsSpan(2 * Segment, Segment).CopyTo(bytes.AsSpan(Segment));
            first.CopyTo(bytes.AsSpan(2 * Segment));
            return bytes;
        });
        Assert.Throws<VaultException>(() => ReadRecord(300));
        Assert.Throws<VaultException>(() => ReadRecord(600));
        Assert.Equal(RowSource.Row(0, RecordLength), ReadRecord(0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(Segment)]
    [InlineData(3 * Segment)]
    public void Truncated_ByAnyLength_DoesNotOpen(int cut)
    {
        Damage(bytes => bytes[..^cut]);
        Assert.Throws<VaultException>(() => ReadRecord(0));
    }

    [Fact]
    public void DuplicatedOrDroppedSegment_DoesNotOpen()
    {
        var original = File.ReadAllBytes(Sealed);
        for (var i = 0; i < 4; i++)
        {
            var end = Math.Min(original.Length, (i + 1) * Segment);
            File.WriteAllBytes(Sealed, [.. original[..end], .. original[(i * Segment)..]]);
            Assert.Throws<VaultException>(() => ReadRecord(0));
            File.WriteAllBytes(Sealed, [.. original[..(i * Segment)], .. original[end..]]);
            Assert.Throws<VaultException>(() => ReadRecord(0));
        }
    }

    [Fact]
    public void Verify_DamagedFile_NamesIt()
    {
        Damage(bytes =>
        {
            bytes[2_000_000] ^= 1;
            return bytes;
        });
        using var vault = _vault.Open();
        var report = Assert.Single(vault.Verify(_version));
        Assert.Contains(Sealed, report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void File_OfAnotherVersionWithItsKey_IsRefused()
    {
        var other = _vault.Import(new RowSource(Rows, RecordLength, first: 5000));
        File.Copy(_vault.PathOf(other.Files[0]), Sealed, overwrite: true);
        File.Copy(KeyOf(other), KeyOf(_version), overwrite: true);
        Assert.Throws<VaultException>(() => ReadRecord(0));
    }

    [Fact]
    public void List_WithTheOriginChangedToMatchAnotherFile_FailsItsDigest()
    {
        // The strongest swap: sealed bytes, key and the list's origin all of another version, only the digest (and so the name) kept.
        var other = _vault.Import(new RowSource(Rows, RecordLength, first: 5000));
        File.Copy(_vault.PathOf(other.Files[0]), Sealed, overwrite: true);
        File.Copy(KeyOf(other), KeyOf(_version), overwrite: true);
        EditList(text => text.Replace(_version.Files[0].Origin, other.Id, StringComparison.Ordinal));

        using var vault = _vault.Open();
        Assert.NotNull(Assert.Single(vault.Verify(vault.Find("1"))).Problem);
        using var reader = vault.OpenPart(vault.Find("1"), DataPart.Train);
        Assert.Contains("SHA-256", Assert.Throws<VaultException>(reader.LoadAll).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_ChangedInTheList_IsRefused()
    {
        EditList(text => text.Replace(_version.SchemaDigest, new string('0', 64), StringComparison.Ordinal));
        using var vault = _vault.Open();
        Assert.Throws<VaultException>(() => vault.OpenPart(vault.Find(), DataPart.Train));
    }

    [Fact]
    public void Part_ChangedInTheList_IsRefused()
    {
        EditList(text => text.Replace("\"train\"", "\"test\"", StringComparison.Ordinal));
        using var vault = _vault.Open();
        Assert.Throws<VaultException>(() => vault.OpenPart(vault.Find(), DataPart.Test));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"format\":\"fedlearn-vault/2\"}")]
    [InlineData("{\"format\":\"fedlearn-vault/1\",\"number\":1}")]
    public void List_Damaged_IsNamed(string content)
    {
        EditList(_ => content);
        using var vault = _vault.Open();
        Assert.Contains("1.json", Assert.Throws<VaultException>(() => vault.Versions).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void List_WithAPathForAnId_IsRefused()
    {
        EditList(text => text.Replace(_version.Files[0].Id, "../../../../../../../../etc/passwd", StringComparison.Ordinal));
        using var vault = _vault.Open();
        Assert.Throws<VaultException>(() => vault.Versions);
    }

    private void AssertOnlySegmentRefused(int segment)
    {
        // Schema and manifest lie in the first and the last segment: without them nothing is believed.
        if (segment is 0 or 3)
        {
            Assert.Throws<VaultException>(() => ReadRecord(600));
            return;
        }

        using var vault = _vault.Open();
        using var reader = vault.OpenPart(_version, DataPart.Train);
        var record = new byte[RecordLength];
        var refused = 0;
        for (var i = 0; i < Rows; i++)
        {
            try
            {
                reader.Read(i, record);
                Assert.Equal(RowSource.Row(i, RecordLength), record);
            }
            catch (VaultException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 256, 258); // 1 MiB of 4 KiB records, and the two that lie across its ends
    }

    private byte[] ReadRecord(long index)
    {
        using var vault = _vault.Open();
        using var reader = vault.OpenPart(_version, DataPart.Train);
        var record = new byte[RecordLength];
        reader.Read(index, record);
        return record;
    }

    private string KeyOf(VaultVersion version) => Path.Combine(_vault.Folder, "keys/1", version.Files[0].Id + ".key");

    private void Damage(Func<byte[], byte[]> damage) => File.WriteAllBytes(Sealed, damage(File.ReadAllBytes(Sealed)));

    private void EditList(Func<string, string> edit)
    {
        var path = Path.Combine(_vault.Folder, "versions/1.json");
        File.WriteAllText(path, edit(File.ReadAllText(path)));
    }
}
