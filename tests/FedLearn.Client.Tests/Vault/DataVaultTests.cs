using System.Security.Cryptography;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Versions;

namespace FedLearn.Client.Tests.Vault;

public sealed class DataVaultTests : IDisposable
{
    private readonly VaultFixture _vault = new();

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void Import_ManySegments_ReadsBackInOrderAndAtAnyPlace()
    {
        var version = _vault.Import(new RowSource(3000, recordLength: 997));
        using var vault = _vault.Open();
        using var reader = vault.OpenPart(version, DataPart.Train);

        Assert.Equal(3000, reader.Count);
        Assert.Equal("{\"test\":1}"u8, reader.Schema.Span);
        var record = new byte[997];
        foreach (var place in new[] { 2999, 0, 1050, 1051, 1052, 2103, 2104 })
        {
            reader.Read(place, record);
            Assert.Equal(RowSource.Row(place, 997), record);
        }

        for (var i = 0; i < 3000; i++)
        {
            Assert.True(reader.TryRead(record));
            Assert.Equal(RowSource.Row(i, 997), record);
        }

        Assert.False(reader.TryRead(record));
    }

    [Fact]
    public void Read_RunOfRecordsAcrossFiles_GivesEachOnce()
    {
        _vault.Import(new RowSource(10));
        var version = _vault.Import(new RowSource(10, first: 10), new ImportOptions { Append = true });
        using var vault = _vault.Open();
        using var reader = vault.OpenPart(version, DataPart.Train);
        var records = new byte[800];
        reader.Read(6, records);
        Assert.Equal(Enumerable.Range(6, 8).SelectMany(i => RowSource.Row(i, 100)), records);
        Assert.Throws<ArgumentException>(() => reader.Read(13, records));
    }

    [Fact]
    public void Import_WithTestFraction_SplitsBySeedAndPlaceAlone()
    {
        var options = new ImportOptions { TestFraction = 0.2, Seed = 7 };
        var first = _vault.Import(new RowSource(2000), options);
        var again = _vault.Import(new RowSource(2000), options);
        var other = _vault.Import(new RowSource(2000), options with { Seed = 8 });
        var larger = _vault.Import(new RowSource(2000), options with { TestFraction = 0.3 });

        var test = _vault.ReadAll(first, DataPart.Test);
        Assert.InRange(test.Length, 330, 470); // 400 +- 4 standard deviations of a binomial
        Assert.Equal(test, _vault.ReadAll(again, DataPart.Test));
        Assert.NotEqual(test, _vault.ReadAll(other, DataPart.Test));
        Assert.Subset(Texts(_vault.ReadAll(larger, DataPart.Test)), Texts(test));

        var all = Texts([.. test, .. _vault.ReadAll(first, DataPart.Train)]);
        Assert.Equal(Texts([.. Enumerable.Range(0, 2000).Select(i => RowSource.Row(i, 100))]), all);
    }

    [Fact]
    public void Import_OfASplitSource_PutsAllIntoItsPart()
    {
        using var vault = _vault.Open();
        var progress = new LastCount();
        ImportPart[] parts = [new(new RowSource(5), DataPart.Train), new(new RowSource(3, first: 5), DataPart.Test)];
        var version = vault.Import(parts, new ImportOptions { TestFraction = 0.5 }, progress, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 5).Select(i => RowSource.Row(i, 100)), _vault.ReadAll(version, DataPart.Train));
        Assert.Equal(Enumerable.Range(5, 3).Select(i => RowSource.Row(i, 100)), _vault.ReadAll(version, DataPart.Test));
        Assert.Equal(new ImportCount(5, 3), progress.Value);
        Assert.Equal(1, Assert.Single(vault.Versions).Number);
    }

    [Fact]
    public void Import_SplitSourceWhoseTestPartBreaks_LeavesEverythingAsItWas()
    {
        var before = _vault.Snapshot();
        using var vault = _vault.Open();
        ImportPart[] parts = [new(new RowSource(5), DataPart.Train), new(new RowSource(3, breakAt: 1), DataPart.Test)];
        Assert.Throws<InvalidDataException>(() => vault.Import(parts, new ImportOptions(), null, TestContext.Current.CancellationToken));

        Assert.Empty(vault.Versions);
        Assert.DoesNotContain(_vault.Snapshot().Keys.Except(before.Keys), f => !f.EndsWith("import.lock", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_SourcesOfTwoSchemas_AreRefused()
    {
        using var vault = _vault.Open();
        ImportPart[] parts = [new(new RowSource(5)), new(new RowSource(3, schema: "{\"test\":2}"))];
        Assert.Throws<VaultException>(() => vault.Import(parts, new ImportOptions(), null, TestContext.Current.CancellationToken));
        Assert.Empty(vault.Versions);
    }

    [Fact]
    public void OpenPart_WithoutRecords_IsEmptyAndHasTheSchema()
    {
        var version = _vault.Import(new RowSource(5));
        using var vault = _vault.Open();
        using var reader = vault.OpenPart(version, DataPart.Test);
        Assert.Equal(0, reader.Count);
        Assert.Empty(reader.LoadAll());
        Assert.Equal("{\"test\":1}"u8, reader.Schema.Span);
    }

    [Fact]
    public void Append_ListsTheOldFilesAndLeavesTheirBytes()
    {
        var first = _vault.Import(new RowSource(10));
        var before = File.ReadAllBytes(_vault.PathOf(first.Files[0]));
        var second = _vault.Import(new RowSource(5, first: 10), new ImportOptions { Append = true });

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(first.Files[0], second.Files[0]);
        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(before, File.ReadAllBytes(_vault.PathOf(first.Files[0])));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => RowSource.Row(i, 100)), _vault.ReadAll(second, DataPart.Train));
        Assert.Equal(10, _vault.ReadAll(first, DataPart.Train).Length);
    }

    [Fact]
    public void Append_WithAnotherSchema_IsRefusedWithBothDigests()
    {
        var first = _vault.Import(new RowSource(10));
        var error = Assert.Throws<VaultException>(() => _vault.Import(new RowSource(1, schema: "{}"), new ImportOptions { Append = true }));
        Assert.Contains(first.SchemaDigest, error.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData("{}"u8)), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_OfAVersion_IsSha256OverTheDigestsOfItsSealedFiles()
    {
        var version = _vault.Import(new RowSource(400), new ImportOptions { TestFraction = 0.5 });
        var digests = version.Files.SelectMany(f => SHA256.HashData(File.ReadAllBytes(_vault.PathOf(f)))).ToArray();
        Assert.Equal(2, version.Files.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(digests)), version.Name);
        Assert.NotEqual(version.Name, _vault.Import(new RowSource(400), new ImportOptions { TestFraction = 0.5 }).Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]
    public void Import_SourceThatBreaks_LeavesEverythingAsItWas(int breakAt)
    {
        _vault.Import(new RowSource(10));
        var before = _vault.Snapshot();
        var options = new ImportOptions { TestFraction = 0.3, Append = true };
        Assert.Throws<InvalidDataException>(() => _vault.Import(new RowSource(40_000, breakAt: breakAt), options));

        Assert.Equal(before, _vault.Snapshot());
    }

    [Fact]
    public void Import_Cancelled_LeavesNoVersion()
    {
        using var vault = _vault.Open();
        Assert.Throws<OperationCanceledException>(() => vault.Import(new RowSource(10), new ImportOptions(), new CancellationToken(canceled: true)));
        Assert.Empty(vault.Versions);
    }

    [Fact]
    public void Import_EmptySource_IsRefused()
    {
        Assert.Throws<VaultException>(() => _vault.Import(new RowSource(0)));
        Assert.Empty(DataVault.List(_vault.Folder));
    }

    [Fact]
    public void Import_AfterOneThatWasKilled_RemovesWhatNoVersionNames()
    {
        var version = _vault.Import(new RowSource(10));
        var orphan = new string('a', 32);
        string[] leftovers = [Path.Combine(_vault.Folder, "files", orphan + ".sealed"), Path.Combine(_vault.Folder, "keys/1", orphan + ".key"), Path.Combine(_vault.Folder, "tmp/x.tmp")];
        Assert.All(leftovers, f => File.WriteAllBytes(f, new byte[40]));

        Assert.Equal([version.Number], DataVault.List(_vault.Folder).Select(v => v.Version.Number));
        _vault.Import(new RowSource(10));
        Assert.All(leftovers, f => Assert.False(File.Exists(f)));
    }

    [Fact]
    public void Import_WhileAnotherGoesOn_IsRefused()
    {
        _vault.Import(new RowSource(1));
        using var other = new FileStream(Path.Combine(_vault.Folder, "import.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("in use", Assert.Throws<VaultException>(() => _vault.Import(new RowSource(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NumberNameOrNothing_GivesTheVersion()
    {
        var first = _vault.Import(new RowSource(1));
        var second = _vault.Import(new RowSource(2));
        using var vault = _vault.Open();
        Assert.Equal(second.Id, vault.Find().Id);
        Assert.Equal(first.Id, vault.Find("1").Id);
        Assert.Equal(first.Id, vault.Find(first.Name[..8]).Id);
        Assert.Contains("it has 1, 2", Assert.Throws<VaultException>(() => vault.Find("3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Destroy_Version_CannotBeReadEvenWithItsSealedBytesRestored()
    {
        var first = _vault.Import(new RowSource(10));
        var second = _vault.Import(new RowSource(5), new ImportOptions { Append = true });
        var third = _vault.Import(new RowSource(7));
        var sealedBytes = File.ReadAllBytes(_vault.PathOf(first.Files[0]));
        using (var vault = _vault.Open())
        {
            Assert.Equal([1, 2], vault.Destroy(first));
        }

        Assert.False(File.Exists(_vault.PathOf(first.Files[0])));
        File.WriteAllBytes(_vault.PathOf(first.Files[0]), sealedBytes);
        Assert.Contains("destroyed", Assert.Throws<VaultException>(() => _vault.ReadAll(first, DataPart.Train)).Message, StringComparison.Ordinal);
        Assert.Throws<VaultException>(() => _vault.ReadAll(second, DataPart.Train));
        Assert.Equal(7, _vault.ReadAll(third, DataPart.Train).Length);
        Assert.Equal([true, true, false], DataVault.List(_vault.Folder).Select(v => v.Destroyed));
    }

    [Fact]
    public void Append_ToADestroyedVersion_IsRefused()
    {
        var version = _vault.Import(new RowSource(10));
        using (var vault = _vault.Open())
        {
            vault.Destroy(version);
        }

        Assert.Throws<VaultException>(() => _vault.Import(new RowSource(5), new ImportOptions { Append = true }));
        Assert.Equal(2, _vault.Import(new RowSource(5)).Number);
    }

    private static HashSet<string> Texts(byte[][] records) => [.. records.Select(Convert.ToHexString)];

    private sealed class LastCount : IProgress<ImportCount>
    {
        public ImportCount Value { get; private set; }

        public void Report(ImportCount value) => Value = value;
    }
}
