using FedLearn.Coordinator.Dashboard.Data;
using FedLearn.Coordinator.Dashboard.Live;
using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Dashboard.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>The operators' page: what it is made of, and where it is found.</summary>
internal static class DashboardServices
{
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<Sessions>().AddSingleton<SignInLink>().AddSingleton<SignInLimit>().AddSingleton<Cookies>().AddSingleton<SignIn>().AddSingleton<PageGuard>()
        .AddSingleton<RunBooks>().AddSingleton<RunList>().AddSingleton<Participants>().AddSingleton<Downloads>()
        .AddSingleton<FederationPage>().AddSingleton<RunPage>().AddSingleton<EventStream>().AddSingleton<DashboardRoutes>();

    /// <summary>Marks the connections of a listener as those that the page is for.</summary>
    public static void ServePage(this IConnectionBuilder listener) => listener.Use(next => connection =>
    {
        connection.Features.Set(PageConnection.Mark);
        return next(connection);
    });

    /// <summary>Serves the page to connections that are marked, whatever they ask for but gRPC.</summary>
    public static void UseDashboard(this WebApplication app, CoordinatorOptions options)
    {
        app.MapWhen(IsForPage, page =>
        {
            if (options.PageUrl is { } url && new Uri(url).AbsolutePath.TrimEnd('/') is { Length: > 0 } prefix)
            {
                page.UsePathBase(prefix);
            }

            page.Use((http, next) =>
            {
                SecurityHeaders.Set(http.Response);
                return next(http);
            });
            page.UseRouting();
            page.UseEndpoints(app.Services.GetRequiredService<DashboardRoutes>().Map);
        });
    }

    private static bool IsForPage(HttpContext http) =>
        http.Features.Get<PageConnection>() is not null && http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true;

    private sealed class PageConnection
    {
        public static readonly PageConnection Mark = new();
    }
}
