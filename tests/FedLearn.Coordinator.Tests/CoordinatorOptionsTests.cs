namespace FedLearn.Coordinator.Tests;

public class CoordinatorOptionsTests
{
    private static readonly CoordinatorOptions Good = new() { DataFolder = "data", Pki = "pki" };

    private static readonly CoordinatorOptions Plain = new() { DataFolder = "data", Insecure = true, Listen = "http://127.0.0.1:7070" };

    [Fact]
    public void Problems_DefaultsWithAuthorities_AreNone()
    {
        Assert.Empty(Good.Problems());
        Assert.Empty(Plain.Problems());
    }

    [Fact]
    public void Problems_NeitherCertificatesNorInsecureOrBoth_AreNamed()
    {
        Assert.Contains("--pki", Assert.Single((Good with { Pki = null }).Problems()), StringComparison.Ordinal);
        Assert.Contains("either", Assert.Single((Plain with { Pki = "pki" }).Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_NineMistakes_AreAllNamedAtOnce()
    {
        var problems = new CoordinatorOptions
        {
            DataFolder = " ",
            Insecure = true,
            Listen = "here",
            Operations = "https://127.0.0.1:1",
            Vectors = "there",
            VectorsUrl = "elsewhere",
            TlsKey = "key.pem",
            MaxConnections = 0,
            HeartbeatSeconds = 0,
            DrainSeconds = 7,
        }.Problems();

        Assert.Equal(
            ["data folder", "listen", "operations", "vectors", "vectors url", "tls", "max connections", "heartbeat", "drain"],
            problems.Select(p => p.Split(':')[0]));
    }

    [Fact]
    public void Problems_WithTls_ListenIsHttpsAndMayBeReachable()
    {
        Assert.Contains("expected https://", Assert.Single((Good with { Listen = "http://127.0.0.1:7070" }).Problems()));
        Assert.Empty((Good with { Listen = "https://0.0.0.0:7070", Enrolment = "https://0.0.0.0:7073" }).Problems());
        Assert.Contains("expected http://", Assert.Single((Plain with { Listen = "https://127.0.0.1:7070" }).Problems()));
    }

    [Fact]
    public void Problems_VectorsBeyondLoopback_AreNamedAndMayBeOff()
    {
        Assert.Contains("--insecure", Assert.Single((Plain with { Vectors = "http://0.0.0.0:7072" }).Problems()));
        Assert.Empty((Plain with { Vectors = "" }).Problems());
    }

    [Theory]
    [InlineData("http://127.0.0.1:7070", true)]
    [InlineData("http://localhost:0", true)]
    [InlineData("http://[::1]:7070", true)]
    [InlineData("http://127.9.9.9:7070", true)]
    [InlineData("http://0.0.0.0:7070", false)]
    [InlineData("http://192.168.1.4:7070", false)]
    [InlineData("http://[::]:7070", false)]
    public void Problems_WithoutTls_IsForLoopbackAlone(string address, bool loopback)
    {
        Assert.Equal(loopback, (Plain with { Listen = address }).Problems().Count == 0);
        Assert.All((Plain with { Listen = address }).Problems(), p => Assert.Contains("leave --insecure out", p));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:7070")]
    [InlineData("http://example.org:7070")]
    [InlineData("ftp://127.0.0.1:7070")]
    public void Problems_NoAddress_ShowsWhatCameAndWhatIsExpected(string address)
    {
        var problem = Assert.Single((Good with { Operations = address }).Problems());

        Assert.Contains($"'{address}'", problem);
        Assert.Contains("http://127.0.0.1:7070", problem);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(3600, 6, true)]
    [InlineData(3601, 5, false)]
    [InlineData(15, -0.1, false)]
    [InlineData(15, double.NaN, false)]
    public void Problems_Seconds_HaveBounds(int heartbeat, double drain, bool fine) =>
        Assert.Equal(fine, (Good with { HeartbeatSeconds = heartbeat, DrainSeconds = drain }).Problems().Count == 0);
}
