using System.Text;
using FedLearn.Client.Vault;

namespace FedLearn.Client.Tests.Vault;

/// <summary>Writes known plaintext and then looks for it in every file there is, temporary ones while they are written included.</summary>
public sealed class PlaintextOnDiskTests : IDisposable
{
    private const string Marker = "PATIENT-NAME-MARKER-0123456789";

    private readonly VaultFixture _vault = new();

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void Import_KnownPlaintext_IsInNoFileDuringAndAfter()
    {
        using var source = new WatchedSource(_vault, rows: 60_000);
        _vault.Import(source, new ImportOptions { TestFraction = 0.1 });
        Assert.True(source.TemporaryBytesSeen > 2 << 20, "the search must have seen temporary files with sealed segments in them");
        AssertNowhere(_vault);
    }

    [Fact]
    public void SealedStore_KnownPlaintext_IsInNoFileDuringAndAfter()
    {
        using var store = SealedStore.Open(_vault.File("state"), _vault.Key);
        using (var file = store.OpenWrite("update"))
        {
            for (var i = 0; i < 50_000; i++)
            {
                file.Write(Encoding.ASCII.GetBytes(Marker + " padding padding padding "));
            }

            AssertNowhere(_vault);
            file.Commit();
        }

        AssertNowhere(_vault);
    }

    [Fact]
    public void KnownPlaintext_WrittenInClear_IsFound()
    {
        // The search itself must be able to fail.
        File.WriteAllText(_vault.File("clear"), "x" + Marker);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertNowhere(_vault));
    }

    private static long AssertNowhere(VaultFixture vault)
    {
        var temporary = 0L;
        foreach (var (path, bytes) in vault.Snapshot())
        {
            Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Marker)) < 0, $"{path} holds plaintext");
            temporary += path.Contains("/tmp/", StringComparison.Ordinal) ? bytes.Length : 0;
        }

        return temporary;
    }

    /// <summary>Rows that all hold the marker; searches the disk while they are being imported.</summary>
    private sealed class WatchedSource(VaultFixture vault, int rows) : IRecordSource
    {
        private int _next;

        public long TemporaryBytesSeen { get; private set; }

        public ReadOnlyMemory<byte> Schema { get; } = Encoding.ASCII.GetBytes($"{{\"column\":\"{Marker}\"}}");

        public int RecordLength => 64;

        public bool TryRead(Span<byte> record)
        {
            if (_next % 20_000 == 19_999)
            {
                TemporaryBytesSeen = Math.Max(TemporaryBytesSeen, AssertNowhere(vault));
            }

            record.Clear();
            Encoding.ASCII.GetBytes(Marker, record);
            return _next++ < rows;
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
