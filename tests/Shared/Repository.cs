namespace FedLearn.Testing;

/// <summary>Finds files of the repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The full path of a file, such as <c>docs/run-spec.md</c>.</summary>
    public static string PathOf(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FedLearn.sln")))
        {
            folder = folder.Parent;
        }

        Assert.True(folder is not null, $"no FedLearn.sln above {AppContext.BaseDirectory}");
        return Path.Combine(folder.FullName, relative);
    }
}
