using System.Text.RegularExpressions;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.V1;
using FedLearn.Testing;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Identity;

/// <summary>Every call of operators takes exactly the scope that docs/operations.md says.</summary>
public sealed partial class ScopeTests
{
    private static readonly Marshaller<byte[]> s_bytes = new(b => b, b => b);

    private static readonly ServiceDescriptor[] s_services = [Runs.Descriptor, Identities.Descriptor, Log.Descriptor];

    [Fact]
    public void Documentation_OfScopes_HasEveryCallOfOperatorsOnce() => Assert.Equal(
        s_services.SelectMany(s => s.Methods).Select(m => m.Name).Order(StringComparer.Ordinal),
        Documented().Select(d => d.Call).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Call_OfOperatorsWithOneScope_PassesWithTheDocumentedOneAlone()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        coordinator.With = o => o with { Limits = o.Limits with { ClientRequestsPerSecond = 10_000, AddressRequestsPerSecond = 10_000 } };
        await coordinator.RestartAsync();
        var documented = Documented().ToDictionary(d => d.Call, d => d.Scope);
        var invoker = coordinator.Operators();
        Assert.Equal(Scopes.Names, documented.Values.Distinct().Order(StringComparer.Ordinal));

        foreach (var scope in Scopes.Names)
        {
            var reply = await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = scope.Replace(':', '-'), Scopes = { scope } }, coordinator.Operator);
            foreach (var method in s_services.SelectMany(s => s.Methods))
            {
                var status = await CallAsync(invoker, method, TestCoordinator.Bearer(reply.Token));

                Assert.True(documented[method.Name] == scope == (status.StatusCode != StatusCode.PermissionDenied), $"{method.Name} with {scope}: {status}");
                Assert.True(status.StatusCode != StatusCode.PermissionDenied || status.Detail.Contains($"takes the scope {documented[method.Name]};", StringComparison.Ordinal), status.Detail);
            }
        }
    }

    [Fact]
    public async Task Scopes_ThatTheCallerLacks_CannotBeGiven()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var some = await TokenAsync(coordinator, coordinator.Operator, "some", "tokens:write", "identities:write", "runs:read");

        await TokenAsync(coordinator, some, "less", "runs:read");
        Assert.Contains("lacks the scope runs:write", await RefusedAsync(() => TokenAsync(coordinator, some, "more", "runs:read", "runs:write")), StringComparison.Ordinal);
        await RefusedAsync(async () => await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = "all", Role = Role.Operator }, some));
        await RefusedAsync(async () => await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "eve", Role = Role.Operator }, some));
        await coordinator.Identities.InviteAsync(new InviteRequest { ClientId = "hospital-a" }, some);
    }

    [Fact]
    public async Task Scopes_OfATokenAfterARestart_AreThoseItWasMadeWith()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        var token = await TokenAsync(coordinator, coordinator.Operator, "ci", "runs:read", "models:read");

        await coordinator.RestartAsync();

        await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), token);
        await RefusedAsync(async () => await coordinator.Runs.ListClientsAsync(new ListClientsRequest(), token));
        var listed = (await coordinator.Identities.ListTokensAsync(new ListTokensRequest(), coordinator.Operator)).Tokens.Single();
        Assert.Equal((Role.Unspecified, "models:read,runs:read"), (listed.Role, string.Join(',', listed.Scopes)));
    }

    [Fact]
    public async Task Create_WithUnknownOrBothOrNeither_IsInvalid()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync();
        foreach (var request in (CreateTokenRequest[])
        [
            new() { Name = "a", Scopes = { "runs:all" } }, new() { Name = "a", Role = Role.Viewer, Scopes = { "runs:read" } }, new() { Name = "a" },
        ])
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Identities.CreateTokenAsync(request, coordinator.Operator));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        }
    }

    private static async Task<Metadata> TokenAsync(CertifiedCoordinator coordinator, Metadata by, string name, params string[] scopes) =>
        TestCoordinator.Bearer((await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = name, Scopes = { scopes } }, by)).Token);

    private static async Task<string> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(refused.StatusCode == StatusCode.PermissionDenied, refused.ToString());
        return refused.Status.Detail;
    }

    /// <summary>Makes a call with an empty request, whatever it is for: who may not make it hears so before that.</summary>
    private static async Task<Status> CallAsync(CallInvoker invoker, MethodDescriptor method, Metadata headers)
    {
        var type = method.IsClientStreaming ? MethodType.ClientStreaming : method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var call = new Method<byte[], byte[]>(type, method.Service.FullName, method.Name, s_bytes, s_bytes);
        var options = new CallOptions(headers, cancellationToken: TestContext.Current.CancellationToken);
        try
        {
            if (type == MethodType.ClientStreaming)
            {
                using var stream = invoker.AsyncClientStreamingCall(call, null, options);
                await stream.RequestStream.CompleteAsync();
                await stream;
            }
            else if (type == MethodType.ServerStreaming)
            {
                using var stream = invoker.AsyncServerStreamingCall(call, null, options, []);
                await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
            }
            else
            {
                await invoker.AsyncUnaryCall(call, null, options, []);
            }

            return Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    private static IEnumerable<(string Call, string Scope)> Documented() => Row().Matches(File.ReadAllText(Repository.PathOf("docs/operations.md")))
        .SelectMany(row => row.Groups[2].Value.Split(", ").Select(call => (call.Trim('`'), row.Groups[1].Value)));

    [GeneratedRegex("""^\| `([a-z]+:[a-z]+)` \| (`[A-Za-z]+`(?:, `[A-Za-z]+`)*)[ ;]""", RegexOptions.Multiline)]
    private static partial Regex Row();
}
