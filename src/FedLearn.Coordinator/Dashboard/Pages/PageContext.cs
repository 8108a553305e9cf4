using FedLearn.Coordinator.Dashboard.Signing;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>What every page needs: who looks at it, and the way back to the page's root, whatever stands before it.</summary>
/// <param name="Session">Who is signed in; null on the page where one signs in.</param>
/// <param name="Root">The root, relative to the request: "./", "../", ...</param>
internal sealed record PageContext(Session? Session, string Root)
{
    public bool MayAct => Session is { MayAct: true };

    public static string RootOf(HttpRequest request)
    {
        var depth = (request.Path.Value ?? "/").AsSpan().Count('/') - 1;
        return depth <= 0 ? "./" : string.Concat(Enumerable.Repeat("../", depth));
    }
}
