using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Log;
using FedLearn.Coordinator.Storage.Updates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Coordinator.Storage;

/// <summary>What the rest of the coordinator gets of this folder.</summary>
internal static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services, DataFolder folder, string? sqliteVfs)
    {
        var factory = new CoordinatorDbFactory(folder.Database, sqliteVfs);
        return services
            .AddSingleton(folder)
            .AddSingleton(factory)
            .AddSingleton<IDbContextFactory<CoordinatorDb>>(factory)
            .AddSingleton<LogBook>()
            .AddSingleton<LogReader>()
            .AddSingleton<OlderRows>()
            .AddSingleton<UpdateSegments>()
            .AddSingleton<DiskBudget>()
            .AddSingleton<VersionRetention>()
            .AddSingleton<IRunStore, RunStore>()
            .AddSingleton<IClientStore, ClientStore>()
            .AddSingleton<IIdentityStore, IdentityStore>()
            .AddSingleton<IApiTokenStore, ApiTokenStore>()
            .AddSingleton<RunHistory>()
            .AddSingleton<RunCatalog>();
    }
}
