using System.Runtime.Versioning;
using FedLearn.Client;
using FedLearn.Client.Identity;
using FedLearn.Client.Tests.Fakes;
using FedLearn.Protocol.V1;
using ClientIdentity = FedLearn.Client.Identity.ClientIdentity;

namespace FedLearn.EndToEnd.Tests;

/// <summary>The real worker and the real coordinator, over TLS with certificates on both sides.</summary>
public class CertifiedFederationTests
{
    private const int Registered = 2002;
    private const int ConnectionFailed = 2003;
    private const int Renewed = 2010;

    /// <summary>1.6 MB, so that vectors go over HTTP/1.1 too.</summary>
    private const int Large = 400_000;

    [Fact]
    public async Task Run_OverCertificates_IsThatOfTwoWorkersByBothRoads()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        using var log = new LogCapture();
        foreach (var id in new[] { "a", "b" })
        {
            _ = federation.StartWorker(id, await federation.EnrolAsync(id), new ScriptedTrainer(), log);
        }

        var result = await federation.RunToEndAsync(Spec(Large, rounds: 2, clients: 2));

        Assert.Equal(RunStatus.Completed, result.Run.Status);
        Assert.Equal([2, 2], result.Rounds.Select(r => r.Accepted));
        Assert.Empty(log.Lines.Where(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning).Select(l => l.Text));
    }

    [Fact]
    public async Task Worker_OverThreeLifetimes_RenewsByItselfAndGoesOn()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        using var log = new LogCapture();
        var folder = await federation.EnrolAsync("a");
        var worker = federation.StartWorker("a", folder, new ScriptedTrainer(), log);
        await log.NextAsync(Registered);
        var key = await File.ReadAllTextAsync(Path.Combine(folder, "client.pem"));

        for (var renewals = 0; renewals < 5; renewals++)
        {
            // To the renewal and no further: it takes real time, in which the certificate must not end.
            federation.Time.Advance((TimeSpan.FromDays(7) * 2 / 3) + TimeSpan.FromMinutes(1));
            await log.NextAsync(Renewed);
            await log.NextAsync(Registered);
        }

        using var last = ClientIdentity.Load(folder);
        Assert.True(federation.Time.GetUtcNow() - new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero) > TimeSpan.FromDays(21));
        Assert.InRange(last.NotAfter - federation.Time.GetUtcNow(), TimeSpan.FromDays(6), TimeSpan.FromDays(7));
        Assert.NotEqual(key, await File.ReadAllTextAsync(Path.Combine(folder, "client.pem")));
        Assert.Equal(RunStatus.Completed, (await federation.RunToEndAsync(Spec(Large, rounds: 1, clients: 1))).Run.Status);
        Assert.False(worker.IsCompleted);
    }

    [Fact]
    public async Task Worker_RevokedInTheMiddleOfARound_EndsAndSaysWhy()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        var trainer = new ScriptedTrainer { DuringFit = (_, stop) => Task.Delay(Timeout.Infinite, stop) };
        var worker = federation.StartWorker("a", await federation.EnrolAsync("a"), trainer);
        await federation.CreateRunAsync(Spec(4, rounds: 1, clients: 1));
        await trainer.Fits.Reader.ReadAsync(TestContext.Current.CancellationToken);

        await federation.Identities.RevokeAsync(new RevokeRequest { ClientId = "a" }, federation.Operator);

        // The worker waits a moment before it knocks again.
        var refused = await AdvanceUntilAsync(federation, TimeSpan.FromMinutes(1), Assert.ThrowsAsync<FederationException>(() => worker));
        Assert.Contains("the certificate of 'a' is revoked", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_WithAnExpiredCertificate_DoesNotStart()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        var folder = await federation.EnrolAsync("a");
        federation.Time.Advance(TimeSpan.FromDays(7));

        var refused = await Assert.ThrowsAsync<FederationException>(() => federation.StartWorker("a", folder, new ScriptedTrainer()));

        Assert.Contains("expired at 2030-01-08 12:00:00Z; ask the operator", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_UnderAnotherId_DoesNotStart()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        var folder = await federation.EnrolAsync("a");

        var refused = await Assert.ThrowsAsync<FederationException>(() => federation.StartWorker("b", folder, new ScriptedTrainer()));

        Assert.Contains("is that of 'a', and not of 'b'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_BeforeACoordinatorOfAnotherAuthority_RefusesIt()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        await using var impostor = await CertifiedFederation.StartAsync();
        using var log = new LogCapture();

        _ = federation.StartWorker("a", await federation.EnrolAsync("a"), new ScriptedTrainer(), log, impostor.Address);

        Assert.Contains("does not come from a trusted one", (await log.NextAsync(ConnectionFailed)).Text, StringComparison.Ordinal);
        Assert.Empty((await impostor.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), impostor.Operator)).Identities);
    }

    [Fact]
    public async Task Enrol_WhereAnotherCoordinatorAnswers_SendsNothing()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        await using var impostor = await CertifiedFederation.StartAsync();
        var root = await File.ReadAllTextAsync(Path.Combine(federation.Folder, "pki", "root", "root.pem"));
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(root);
        var elsewhere = Protocol.Identity.Invitation.TryParse(await impostor.InviteAsync("a"), out _)!.Address;
        var invitation = Protocol.Identity.Invitation.Create(certificate.RawDataMemory.Span, elsewhere).ToWord();

        var refused = await Assert.ThrowsAsync<FederationException>(() => Enroller.EnrolAsync(invitation, Path.Combine(federation.Folder, "a"), federation.Time));

        Assert.Contains("shows another root certificate", refused.Message, StringComparison.Ordinal);
        Assert.False(ClientIdentity.Exists(Path.Combine(federation.Folder, "a")));
    }

    [Fact]
    public async Task Enrol_AgainAfterALostReply_GoesOnWithItsKey()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        var (invitation, folder, copy) = (await federation.InviteAsync("a"), Path.Combine(federation.Folder, "a"), Path.Combine(federation.Folder, "copy"));
        Directory.CreateDirectory(folder);
        using (var key = Protocol.Identity.SigningRequest.NewKey())
        {
            foreach (var place in new[] { Directory.CreateDirectory(folder), Directory.CreateDirectory(copy) })
            {
                await File.WriteAllBytesAsync(Path.Combine(place.FullName, "new.key"), key.ExportPkcs8PrivateKey());
                RestrictToOwner(Path.Combine(place.FullName, "new.key"));
            }
        }

        using var lost = await Enroller.EnrolAsync(invitation, copy, federation.Time);
        using var identity = await Enroller.EnrolAsync(invitation, folder, federation.Time);

        Assert.False(File.Exists(Path.Combine(folder, "new.key")));
        Assert.Contains("has been used", (await Assert.ThrowsAsync<FederationException>(() => Enroller.EnrolAsync(invitation, Path.Combine(federation.Folder, "b"), federation.Time))).Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Identity_Files_AreForTheirOwnerAloneAndRefusedOtherwise()
    {
        await using var federation = await CertifiedFederation.StartAsync();
        var folder = await federation.EnrolAsync("a");
        var path = Path.Combine(folder, "client.pem");

        Assert.All(Directory.EnumerateFiles(folder), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains($"chmod 600 {path}", Assert.Throws<FederationException>(() => ClientIdentity.Load(folder)).Message, StringComparison.Ordinal);
    }

    private static void RestrictToOwner(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Lets time pass, each time that somebody waits for it, until something has happened.</summary>
    /// <param name="federation">Whose time.</param>
    /// <param name="step">Longer than anybody waits before it tries again.</param>
    /// <param name="happens">What is to happen.</param>
    private static async Task<T> AdvanceUntilAsync<T>(CertifiedFederation federation, TimeSpan step, Task<T> happens)
    {
        while (!happens.IsCompleted)
        {
            var wait = federation.Time.NextWait;
            federation.Time.Advance(step);
            await Task.WhenAny(happens, wait);
        }

        return await happens;
    }

    private static string Spec(int elements, int rounds, int clients) => $$"""
        {
          "name": "certified", "seed": 1,
          "model": { "kind": "own", "tensors": [ { "name": "w", "shape": [{{elements}}], "init": { "kind": "zeros" } } ] },
          "cohort": { "minimum": {{clients}}, "fraction": 1 }, "closing": { "minUpdates": {{clients}} }, "stop": { "rounds": {{rounds}} }
        }
        """;
}
