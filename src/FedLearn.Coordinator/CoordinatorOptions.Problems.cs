using System.Net;

namespace FedLearn.Coordinator;

/// <content>What may be wrong with the settings, all of it told at once.</content>
public sealed partial record CoordinatorOptions
{
    /// <summary>What is wrong with these settings; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            problems.Add("data folder: expected a path");
        }

        CheckAddress(problems, "listen", Listen, !Insecure);
        CheckAddress(problems, "operations", Operations, tls: false);
        CheckVectors(problems);
        if ((TlsCertificate is null) != (TlsKey is null))
        {
            problems.Add("tls: expected a certificate and its key, two PEM files, got one of them");
        }

        CheckSecurity(problems);
        CheckPage(problems);
        if (MaxConnections is < 1 or > 1_000_000)
        {
            problems.Add($"max connections: expected 1 to 1000000, got {MaxConnections}");
        }

        if (UploadBudgetBytes is < 8L << 20 or > 64L << 30)
        {
            problems.Add($"upload budget: expected {8L << 20} to {64L << 30} bytes, got {UploadBudgetBytes}");
        }

        if (HeartbeatSeconds is < 1 or > 3600)
        {
            problems.Add($"heartbeat: expected 1 to 3600 seconds, got {HeartbeatSeconds}");
        }

        if (DrainSeconds is not (>= 0 and <= 6))
        {
            problems.Add($"drain: expected 0 to 6 seconds, got {DrainSeconds}");
        }

        CheckNotNegative(problems, "disk reserve", DiskReserveBytes);
        CheckNotNegative(problems, "disk quota", DiskQuotaBytes);
        CheckNotNegative(problems, "keep versions", KeepVersions);
        problems.AddRange(Limits.Problems());

        return problems;
    }

    private static void CheckNotNegative(List<string> problems, string name, long value)
    {
        if (value < 0)
        {
            problems.Add($"{name}: expected 0 or more, got {value}");
        }
    }

    private void CheckSecurity(List<string> problems)
    {
        if (Insecure == UsesTls)
        {
            problems.Add(Insecure
                ? "insecure: expected either certificates (--pki) or --insecure"
                : "pki: expected the folder of a federation's authorities (--pki), or --insecure, which encrypts nothing and is for loopback only");
        }

        if (Pki is not null)
        {
            CheckAddress(problems, "enrolment", Enrolment, tls: true);
        }

        if (Pki is not null && TlsCertificate is not null)
        {
            problems.Add("tls: the coordinator's certificate comes with its authorities (--pki); expected no other");
        }

        if (CertificateLifetime < TimeSpan.FromHours(1) || CertificateLifetime > TimeSpan.FromDays(30))
        {
            problems.Add($"certificate lifetime: expected 1 hour to 30 days, got {CertificateLifetime.TotalDays:0.###} days");
        }
    }

    private void CheckPage(List<string> problems)
    {
        if (PageHasListener)
        {
            CheckAddress(problems, "page", Page!, tls: !Page!.StartsWith("http:", StringComparison.OrdinalIgnoreCase));
        }

        if ((PageCertificate is null) != (PageKey is null))
        {
            problems.Add("page: expected a certificate and its key, two PEM files, got one of them");
        }

        var isTls = PageHasListener && Page!.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        if (PageCertificate is not null && !isTls)
        {
            problems.Add("page: a certificate of its own needs an address of its own, https://IP-ADDRESS:PORT (--page)");
        }

        if (isTls && PageCertificate is null && Pki is null)
        {
            problems.Add("page: without authorities https needs a certificate of its own (--page-certificate, --page-key)");
        }

        if (PageUrl is not null && (!Uri.TryCreate(PageUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            problems.Add($"page url: expected http://HOST/PATH or https://HOST/PATH, got '{PageUrl}'");
        }
    }

    private void CheckVectors(List<string> problems)
    {
        if (OffersVectors && Insecure)
        {
            CheckAddress(problems, "vectors", Vectors, tls: false);
        }

        if (VectorsUrl is not null && (!Uri.TryCreate(VectorsUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            problems.Add($"vectors url: expected http://HOST:PORT or https://HOST:PORT, got '{VectorsUrl}'");
        }
    }

    private static void CheckAddress(List<string> problems, string name, string address, bool tls)
    {
        var scheme = tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != scheme || AddressOf(uri) is not { } ip)
        {
            problems.Add($"{name}: expected {scheme}://IP-ADDRESS:PORT (such as {scheme}://127.0.0.1:7070), got '{address}'");
        }
        else if (!tls && !IPAddress.IsLoopback(ip))
        {
            problems.Add($"{name}: {address} is reachable from other machines, but nothing on it is encrypted; use a loopback address"
                + (name == "operations" ? "" : ", or leave --insecure out: participants then come by certificate"));
        }
    }
}
