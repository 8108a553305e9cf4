using System.CommandLine;
using FedLearn.Cli.Runs;
using FedLearn.Coordinator;

namespace FedLearn.Cli.Hosting;

/// <summary>The operators' page.</summary>
internal sealed class PageArguments
{
    private readonly Option<string> _page = new("--page")
    {
        Description = "The address of the operators' page: https://... for one of its own, http://... on loopback without TLS; \"\" serves no page. Where none is given: that of enrolment; none with --insecure.",
        HelpName = "URL",
    };

    private readonly Option<FileInfo> _certificate = new("--page-certificate") { Description = "A PEM file with the certificate that the page's own address shows, its issuers after it; the coordinator's otherwise.", HelpName = "FILE" };

    private readonly Option<FileInfo> _key = new("--page-key") { Description = "The PEM file with that certificate's key.", HelpName = "FILE" };

    private readonly Option<string> _url = new("--page-url") { Description = "Where browsers find the page, where a proxy stands between, with the path that it gives it.", HelpName = "URL" };

    private readonly Option<bool> _link = new("--sign-in-link") { Description = "Print a link to the page that signs an operator in once, within 15 minutes. At a terminal it is printed anyway; it goes to no log." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _page, _certificate, _key, _url, _link })
        {
            command.Add(option);
        }
    }

    public CoordinatorOptions Apply(ParseResult result, CoordinatorOptions options) => options with
    {
        Page = result.GetValue(_page),
        PageCertificate = result.GetValue(_certificate)?.FullName,
        PageKey = result.GetValue(_key)?.FullName,
        PageUrl = result.GetValue(_url),
        CompleteSpec = SpecInput.FillTensors,
    };

    /// <summary>Says where the page is and how to sign in, to whoever sits at the terminal.</summary>
    public void Tell(ParseResult result, CoordinatorHost host, TextWriter output)
    {
        if (host.PageUrl.Length == 0 || !(result.GetValue(_link) || !Console.IsOutputRedirected))
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"  The operators' page: {host.PageUrl}");
        output.WriteLine($"  Sign in, once, within 15 minutes: {host.MakeSignInLink()}");
        if (host.PageFingerprint is { } fingerprint)
        {
            output.WriteLine("  The browser will warn, once: the certificate is of this federation's own authority. Its SHA-256 fingerprint is");
            output.WriteLine($"  {fingerprint}");
        }

        output.WriteLine();
        output.Flush();
    }
}
