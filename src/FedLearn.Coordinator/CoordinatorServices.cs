using FedLearn.Coordinator.Dashboard;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Ingest.Frames;
using FedLearn.Coordinator.Ingest.Roads;
using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Operations.Limits;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Protocol.V1;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FedLearn.Coordinator;

/// <summary>What a coordinator is made of.</summary>
internal static class CoordinatorServices
{
    private const int MaxMessage = 4 << 20;

    /// <summary>Everything but who may call.</summary>
    public static IServiceCollection AddCoordinator(this IServiceCollection services, CoordinatorOptions options, DataFolder folder, TimeProvider time, CoordinatorSeams seams)
    {
        services.AddSingleton(options).AddSingleton(time).AddSingleton(seams).AddSingleton<CoordinatorLog>().AddSingleton<FatalError>().AddSingleton<CallErrors>().AddSingleton<RefusedCalls>().AddSingleton<Callers>();
        services.AddSingleton<CallQuota>().AddSingleton<CallGuard>();
        services.AddStorage(folder, seams.SqliteVfs);
        services.AddSingleton<VersionFiles>().AddSingleton<IModelStore, ModelStore>().AddSingleton<ModelFeed>().AddSingleton<VectorFeed>();
        services.AddSingleton<WatchHub>().AddSingleton<RunRegistry>().AddSingleton<OwnRuns>().AddSingleton<RoundQuery>().AddSingleton<CoordinatorMetrics>();
        services.AddSingleton(_ => SigningKey.Open(folder.SigningKey)).AddSingleton<ProvenanceSigner>().AddSingleton<ReceiptProver>();
        services.AddSingleton<UploadFiles>().AddSingleton<UploadBook>().AddSingleton(new UploadBudget(options.UploadBudgetBytes));
        services.AddSingleton<UpdateGate>().AddSingleton<UpdateIngest>().AddSingleton<DrainState>().AddSingleton<RoadOffer>().AddSingleton<HttpRoad>();
        services.AddSingleton<IServiceMethodProvider<FederationService>, FederationBinding>().AddSingleton<IMemoryPoolFactory<byte>, BlockPoolFactory>();
        services.AddSingleton<ClientRegistry>().AddSingleton(_ => Identity.OperatorToken.Open(folder.OperatorToken, options.TokenPrefix));
        services.AddSingleton(s => new RunServices(
            s.GetRequiredService<IRunStore>(),
            s.GetRequiredService<IModelStore>(),
            s.GetRequiredService<WatchHub>(),
            s.GetRequiredService<CoordinatorLog>(),
            time,
            s.GetRequiredService<FatalError>().End)
        {
            Metrics = s.GetRequiredService<CoordinatorMetrics>(),
            Attest = s.GetRequiredService<ProvenanceSigner>().Sign,
            SignReceipts = s.GetRequiredService<ProvenanceSigner>().SignReceipts,
        });
        services.AddSingleton<RunViews>().AddSingleton<RunActions>().AddDashboard();
        services.AddCalls();
        services.AddTelemetry(options);
        return services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
    }

    /// <summary>Who may call: by certificate where there are authorities, otherwise by token.</summary>
    public static void AddIdentity(this IServiceCollection services, Authority? authority, TlsServer? tls)
    {
        services.AddSingleton<ApiTokens>();
        services.AddSingleton(s => new CertificateBook(s.GetRequiredService<IIdentityStore>(), s.GetRequiredService<TimeProvider>(), authority));
        if (authority is not null)
        {
            // By factories, so that they are disposed with the host.
            services.AddSingleton(_ => authority).AddSingleton(_ => tls!).AddSingleton<Invitations>().AddSingleton<EnrolmentDesk>().AddSingleton<PublicAddresses>();
        }
    }

    private static void AddCalls(this IServiceCollection services)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxMessage;
            grpc.EnableDetailedErrors = false;
            grpc.Interceptors.Add<ErrorInterceptor>(); // Outermost: to know a caller may mean a write.
            grpc.Interceptors.Add<IdentityInterceptor>();
            grpc.Interceptors.Add<QuotaInterceptor>();
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health =>
        {
            health.Services.Map(Federation.Descriptor.FullName, _ => true);
            health.Services.Map(Runs.Descriptor.FullName, _ => true);
        }).AddCheck<ReadyCheck>("ready");
    }

    /// <summary>What it answers to, and what every call meets first.</summary>
    public static void MapCoordinator(this WebApplication app, CoordinatorOptions options, bool takesCertificates)
    {
        app.UseDashboard(options);
        app.Use(app.Services.GetRequiredService<CallGuard>().PassAsync);
        app.MapGrpcService<FederationService>();
        app.MapGrpcService<RunsService>();
        app.MapGrpcService<LogService>();
        if (takesCertificates)
        {
            app.MapGrpcService<EnrolmentService>();
            app.MapGrpcService<IdentitiesService>();
        }

        app.MapGrpcHealthChecksService();
        if (options.Development)
        {
            app.MapGrpcReflectionService();
        }

        if (options.OffersVectors)
        {
            app.Services.GetRequiredService<HttpRoad>().Map(app);
        }

        app.MapMetrics(options);
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready");
    }
}
