using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Operations.Telemetry;
using FedLearn.Coordinator.Tests.Identity;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Coordinator.Tests.Federations;

/// <summary>One coordinator that serves <c>hospitals</c>, and <c>banks</c> beside it.</summary>
public class SeveralFederationsTests
{
    private const string Banks = "banks";

    [Fact]
    public async Task Participant_OfOneFederation_FindsNothingOfTheOthersRuns()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var (hospital, bank) = (await coordinator.NewParticipantAsync("a"), await coordinator.NewParticipantAsync("a", Banks));
        var (fit, watch) = await coordinator.FitAsync(bank, elements: 400_000, Banks);
        using var watching = watch;
        var header = TestClient.Header(fit.Fit, fit.Manifest, new float[400_000], 1);
        await hospital.JoinAsync();

        await RefusedAsync(StatusCode.NotFound, async () => await hospital.Federation.OpenUpdateAsync(new OpenUpdateRequest { Header = header }));
        await RefusedAsync(StatusCode.NotFound, async () => await hospital.Federation.GetRoundAsync(new GetRoundRequest { RunId = fit.Fit.RunId, Round = 1 }));
        await RefusedAsync(StatusCode.NotFound, async () => await hospital.Federation.AnswerRunAsync(new AnswerRunRequest { RunId = fit.Fit.RunId, NumExamples = 1 }));
        using var download = hospital.Federation.GetModel(new GetModelRequest { RunId = fit.Fit.RunId });
        await RefusedAsync(StatusCode.NotFound, () => download.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(coordinator, hospital, fit.Fit.RunId));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(coordinator, bank, fit.Fit.RunId));
        using var watched = hospital.Federation.Watch(new WatchRequest());
        Assert.True(await watched.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.NotNull(watched.ResponseStream.Current.Synced); // and no run before it
    }

    [Fact]
    public async Task Client_OfOneIdInBoth_IsTwoClients()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var (hospital, bank) = (await coordinator.NewParticipantAsync("a"), await coordinator.NewParticipantAsync("a", Banks));
        Assert.Equal(("fedlearn://hospitals/a", "fedlearn://banks/a"), (NameOf(hospital), NameOf(bank)));
        await hospital.JoinAsync("a");

        Assert.Single((await coordinator.Runs.ListClientsAsync(new ListClientsRequest(), coordinator.Operator)).Clients);
        Assert.Empty((await coordinator.Runs.ListClientsAsync(new ListClientsRequest(), coordinator.OperatorOf(Banks))).Clients);

        await coordinator.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, coordinator.Operator);

        await RefusedAsync(StatusCode.Unauthenticated, hospital.HeartbeatAsync);
        await bank.JoinAsync("a");
        await bank.HeartbeatAsync();
        Assert.Equal(IdentityStatus.Enrolled, (await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.OperatorOf(Banks))).Identities.Single().Status);
    }

    [Fact]
    public async Task Operators_OfEach_SeeTheirOwnRunsOverTheSameConnection()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var runs = coordinator.Runs;
        var own = await CreateAsync(runs, coordinator.Operator, "hearts");
        var banks = await CreateAsync(runs, coordinator.OperatorOf(Banks), "loans");

        for (var i = 0; i < 20; i++)
        {
            // Alternating on one connection: what a connection keeps from request to request must not cross over.
            Assert.Equal([own], (await runs.ListRunsAsync(new ListRunsRequest(), coordinator.Operator)).Runs.Select(r => r.RunId));
            Assert.Equal([banks], (await runs.ListRunsAsync(new ListRunsRequest(), coordinator.OperatorOf(Banks))).Runs.Select(r => r.RunId));
        }

        await RefusedAsync(StatusCode.NotFound, async () => await runs.StopRunAsync(new StopRunRequest { RunId = banks }, coordinator.Operator));
    }

    [Fact]
    public async Task Token_OfOneFederation_IsRefusedByTheOther()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var made = (await coordinator.Identities.CreateTokenAsync(new CreateTokenRequest { Name = "alice", Role = Role.Operator }, coordinator.OperatorOf(Banks))).Token;
        await ListAsync(made);
        Assert.StartsWith("banks.", made, StringComparison.Ordinal);
        Assert.Empty((await coordinator.Identities.ListTokensAsync(new ListTokensRequest(), coordinator.Operator)).Tokens);
        var (own, banks) = (coordinator.TokenOf(null), coordinator.TokenOf(Banks));
        await ListAsync($"hospitals.{own}");

        foreach (var wrong in (string[])[$"banks.{own}", banks["banks.".Length..], made["banks.".Length..], $"hospitals.{banks["banks.".Length..]}", $"others.{own}", $"banks.{banks}"])
        {
            await RefusedAsync(StatusCode.Unauthenticated, () => ListAsync(wrong));
        }

        async Task ListAsync(string token) => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), TestCoordinator.Bearer(token));
    }

    [Fact]
    public async Task Invitation_OfOneFederation_GivesACertificateOfItAlone()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        using var key = SigningRequest.NewKey();
        var word = await coordinator.InviteAsync("a", federation: Banks);

        var certificate = await coordinator.EnrolAsync(word, key);

        Assert.Equal("fedlearn://banks/a", IdentityName.Of(certificate)!.ToString());
        using var other = SigningRequest.NewKey();
        await RefusedAsync(StatusCode.PermissionDenied, () => coordinator.EnrolAsync(word, other));
        Assert.Empty((await coordinator.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), coordinator.Operator)).Identities);
        using var renewed = SigningRequest.NewKey();
        var reply = await coordinator.As(certificate).Enrolment.RenewAsync(new RenewRequest { SigningRequest = Google.Protobuf.ByteString.CopyFrom(SigningRequest.Create(renewed)) });
        using var next = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        Assert.Equal("fedlearn://banks/a", IdentityName.Of(next)!.ToString());
    }

    [Fact]
    public async Task Certificate_ThatOneAuthorityIssuedInTheNameOfTheOther_IsRefused()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var bank = await coordinator.NewParticipantAsync("a", Banks);
        using var hospitals = Authority.Load(coordinator.Pki, coordinator.Time.GetUtcNow());
        using var key = SigningRequest.NewKey();
        var now = coordinator.Time.GetUtcNow();
        using var genuine = hospitals.IssueClient(new PublicKey(key), "a", now, TimeSpan.FromDays(1));
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        foreach (var extension in genuine.Extensions.Where(e => e.Oid!.Value != "2.5.29.17"))
        {
            request.CertificateExtensions.Add(extension);
        }

        request.CertificateExtensions.Add(bank.Certificate!.Extensions.Single(e => e.Oid!.Value == "2.5.29.17"));
        using var forged = request.Create(hospitals.Issuing, now, now.AddDays(1), [1, 2, 3]);
        using var shown = forged.CopyWithPrivateKey(key);

        await RefusedAsync(StatusCode.Unauthenticated, coordinator.As(shown).HeartbeatAsync);
    }

    [Fact]
    public async Task Database_OfOneFederationDamaged_IsNamedAndTheOthersServe()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks, "ports");
        var (hospital, bank, port) = (await coordinator.NewParticipantAsync("a"), await coordinator.NewParticipantAsync("a", Banks), await coordinator.NewParticipantAsync("a", "ports"));
        var log = Path.Combine(coordinator.Folder, "log");
        coordinator.With = o => o with { LogFile = log };

        await coordinator.RestartAsync(() => File.WriteAllText(Path.Combine(coordinator.FolderOf(Banks), "fedlearn.db"), new string('x', 8192)));

        await coordinator.As(hospital.Certificate).JoinAsync();
        await coordinator.As(port.Certificate).JoinAsync();
        await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.Operator);
        Assert.Contains("'banks' is out of service", await RefusedAsync(StatusCode.Unavailable, coordinator.As(bank.Certificate).HeartbeatAsync), StringComparison.Ordinal);
        await RefusedAsync(StatusCode.Unavailable, async () => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.OperatorOf(Banks)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(coordinator, coordinator.As(bank.Certificate), "any"));
        Assert.Contains(File.ReadLines(log), l => l.Contains("Federation banks is out of service", StringComparison.Ordinal) && l.Contains("fedlearn.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_AndLogs_AreOfEachFederationAlone()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        await coordinator.NewParticipantAsync("only-a-bank", Banks);

        var own = (await coordinator.Log.GetHeadAsync(new GetHeadRequest(), coordinator.Operator)).Head;
        var banks = (await coordinator.Log.GetHeadAsync(new GetHeadRequest(), coordinator.OperatorOf(Banks))).Head;

        Assert.NotEqual(own.PublicKey, banks.PublicKey);
        Assert.DoesNotContain("only-a-bank", await EntriesAsync(coordinator, coordinator.Operator), StringComparison.Ordinal);
        Assert.Contains("only-a-bank", await EntriesAsync(coordinator, coordinator.OperatorOf(Banks)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_OfOneFederation_TakeNothingOfTheOthersRate()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        coordinator.With = o => o with { Limits = o.Limits with { TotalRequestsPerSecond = 10 } };
        await coordinator.RestartAsync();

        // Half of 10 a second is each one's, twice as many at once; time stands still.
        for (var i = 0; i < 10; i++)
        {
            await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.OperatorOf(Banks));
        }

        await RefusedAsync(StatusCode.ResourceExhausted, async () => await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.OperatorOf(Banks)));
        await coordinator.Runs.ListRunsAsync(new ListRunsRequest(), coordinator.Operator);
    }

    [Fact]
    public async Task MetricsAndLog_OfARound_NameTheFederation()
    {
        await using var coordinator = await CertifiedCoordinator.StartAsync(Banks);
        var log = Path.Combine(coordinator.Folder, "log");
        coordinator.With = o => o with { LogFile = log, PlainLog = false };
        await coordinator.RestartAsync();
        var seen = new HashSet<string?>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == CoordinatorMetrics.MeterName && instrument.Name == "fedlearn.rounds")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "run", Value: "loans" or "hearts" })
                {
                    lock (seen)
                    {
                        seen.Add($"{instrument.Meter.Tags?.Single(t => t.Key == CoordinatorMetrics.FederationTag).Value}/{tag.Value}");
                    }
                }
            }
        });
        listener.Start();

        await RoundAsync(coordinator, "loans", Banks);
        await RoundAsync(coordinator, "hearts", null);

        Assert.Equal(["banks/loans", "hospitals/hearts"], seen.Order(StringComparer.Ordinal));
        Assert.Contains(File.ReadLines(log), l => l.Contains("\\\"loans\\\" round 1: cohort", StringComparison.Ordinal) && l.Contains("\"Federation\":\"banks\"", StringComparison.Ordinal));
        Assert.Contains(File.ReadLines(log), l => l.Contains("\\\"hearts\\\" round 1: cohort", StringComparison.Ordinal) && l.Contains("\"Federation\":\"hospitals\"", StringComparison.Ordinal));
    }

    private static async Task RoundAsync(CertifiedCoordinator coordinator, string run, string? federation)
    {
        var client = await coordinator.NewParticipantAsync("a", federation);
        var (fit, watch) = await coordinator.FitAsync(client, elements: 4, federation, TestCoordinator.Spec(4, run, """ "stop": { "rounds": 1 }, "evaluation": { "everyRounds": 0 }, """));
        using var watching = watch;
        await client.PushAsync(TestClient.Header(fit.Fit, fit.Manifest, new float[4], 1));
        while (watch.ResponseStream.Current.RunOver is null)
        {
            Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<string> CreateAsync(Runs.RunsClient runs, Metadata headers, string name)
    {
        using var create = runs.CreateRun(headers);
        await create.RequestStream.WriteAsync(new CreateRunRequest { SpecJson = TestCoordinator.Spec(name: name) });
        await create.RequestStream.CompleteAsync();
        return (await create).Run.RunId;
    }

    private static async Task<string> EntriesAsync(CertifiedCoordinator coordinator, Metadata headers)
    {
        using var call = coordinator.Log.GetEntries(new GetEntriesRequest(), headers);
        var text = "";
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            text += string.Join('\n', call.ResponseStream.Current.Entries.Select(e => e.ToStringUtf8()));
        }

        return text;
    }

    private static async Task<HttpStatusCode> GetAsync(CertifiedCoordinator coordinator, CertifiedCoordinator.Participant participant, string run)
    {
        using var http = new HttpMessageInvoker(participant.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{coordinator.Address}/v1/models/{run}/0");
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static string NameOf(CertifiedCoordinator.Participant participant) => IdentityName.Of(participant.Certificate!)!.ToString();

    private static async Task<string> RefusedAsync(StatusCode status, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(refused.StatusCode == status, refused.ToString());
        return refused.Status.Detail;
    }
}
