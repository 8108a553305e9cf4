using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Tests.Storage;

/// <summary>Tests may run as root, to whom every folder is writable: files stand where folders should be instead.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Open_Missing_MakesItForTheOwnerAlone()
    {
        using var folder = DataFolder.Open(_temp["a/b"]);

        Assert.Equal(Path.GetFullPath(_temp["a/b"]), folder.Root);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Root));
        }
    }

    [Fact]
    public void Open_WhileAnotherHoldsIt_IsRefusedUntilItEnds()
    {
        using (DataFolder.Open(_temp["data"]))
        {
            var refused = Assert.Throws<StartupException>(() => DataFolder.Open(_temp["data"]));
            Assert.Contains(_temp["data"], refused.Message);
            Assert.Contains("in use by another coordinator", refused.Message);
        }

        DataFolder.Open(_temp["data"]).Dispose();
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    public void Open_FileInTheWay_IsRefusedNamingTheFolder(string path)
    {
        File.WriteAllText(_temp["file"], "");

        Assert.Contains(_temp[path], Assert.Throws<StartupException>(() => DataFolder.Open(_temp[path])).Message);
    }

    [Fact]
    public void Open_LockFileIsAFolder_IsRefusedNamingTheFolder()
    {
        Directory.CreateDirectory(_temp["data/coordinator.lock"]);

        Assert.Contains(_temp["data"], Assert.Throws<StartupException>(() => DataFolder.Open(_temp["data"])).Message);
    }
}
