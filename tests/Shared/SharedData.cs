namespace FedLearn.Testing;

/// <summary>
/// Finds the real data sets, which are not part of the repository. <c>FEDLEARN_DATA</c> names the folder; where it is
/// not set a test skips, and with <c>FEDLEARN_REQUIRE_DATA=1</c> (CI) it fails instead.
/// </summary>
internal static class SharedData
{
    /// <summary>The full path of a data file, such as <c>mnist/train-images-idx3-ubyte.gz</c>; skips the test where there is none.</summary>
    public static string PathOf(string relative)
    {
        var root = Environment.GetEnvironmentVariable("FEDLEARN_DATA");
        if (string.IsNullOrEmpty(root))
        {
            NotAvailable("FEDLEARN_DATA is not set; point it to a folder with the data sets that the README names");
        }

        var path = Path.Combine(root!, relative);
        if (!Path.Exists(path))
        {
            NotAvailable($"FEDLEARN_DATA={root} has no {relative}");
        }

        return path;
    }

    private static void NotAvailable(string reason)
    {
        if (Environment.GetEnvironmentVariable("FEDLEARN_REQUIRE_DATA") == "1")
        {
            Assert.Fail($"{reason} (FEDLEARN_REQUIRE_DATA=1)");
        }

        Assert.Skip(reason);
    }
}
