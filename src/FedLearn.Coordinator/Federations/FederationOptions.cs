using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Federations;

/// <summary>What of a coordinator's settings each of its federations gets.</summary>
internal static class FederationOptions
{
    /// <summary>The least bytes that the uploads of a federation share.</summary>
    private const long LeastBudget = 8L << 20;

    /// <summary>The settings of one of several federations: what is bounded for the process is divided evenly, so that none can take another's part.</summary>
    public static CoordinatorOptions Share(this CoordinatorOptions options, string name, int federations) => options with
    {
        FederationName = name,
        UploadBudgetBytes = Math.Max(LeastBudget, options.UploadBudgetBytes / federations),
        Limits = options.Limits with { TotalRequestsPerSecond = Math.Max(1, options.Limits.TotalRequestsPerSecond / federations) },
    };

    /// <summary>The settings of a guest.</summary>
    public static CoordinatorOptions ForGuest(this CoordinatorOptions home, string name)
    {
        var folder = FederationFolders.Of(home.DataFolder, name);
        return home with { FederationName = name, IsGuest = true, DataFolder = folder, Pki = Path.Combine(folder, DataFolder.Authorities), PkiHosts = [], SpecJsons = [], LogFile = null };
    }
}
