using FedLearn.Benchmarks.Update.Protos;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>The yardstick of the acknowledgements: stock grpc-dotnet, a unary call, nothing stored.</summary>
internal sealed class UnaryRole : IRole
{
    public const string RoleName = "unary";

    private WebApplication? _app;

    /// <param name="arguments">The folder of the certificate, or nothing.</param>
    public async Task<string> StartAsync(IReadOnlyList<string> arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (arguments[0].Length > 0)
            {
                listen.UseHttps(ServerCertificate.Load(arguments[0]));
            }
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<UnaryService>();
        await _app.StartAsync();
        return _app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private sealed class UnaryService : Unary.UnaryBase
    {
        public override Task<PutReply> Put(PutRequest request, ServerCallContext context) =>
            Task.FromResult(new PutReply { Length = request.Data.Length });
    }
}
