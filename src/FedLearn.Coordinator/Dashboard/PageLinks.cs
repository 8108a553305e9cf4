namespace FedLearn.Coordinator.Dashboard;

/// <summary>Where a browser finds the page.</summary>
internal static class PageLinks
{
    /// <summary>The page's base address, with a slash at its end.</summary>
    /// <param name="address">What it listens on.</param>
    /// <param name="url">What the settings say, or null.</param>
    /// <param name="hosts">The names of the coordinator's certificate, or null.</param>
    public static string Base(string address, string? url, IReadOnlyList<string>? hosts)
    {
        if (url is not null)
        {
            return url.TrimEnd('/') + "/";
        }

        var listened = new UriBuilder(address);
        if (hosts is not null)
        {
            listened.Host = hosts.Contains("localhost") ? "localhost" : hosts[0];
        }

        return listened.Uri.ToString();
    }
}
