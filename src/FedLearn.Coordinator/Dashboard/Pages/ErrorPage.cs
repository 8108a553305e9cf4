using FedLearn.Coordinator.Dashboard.Markup;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>What went wrong, in words, with a way back.</summary>
internal static class ErrorPage
{
    public static Html Render(PageContext page, int status, string text) => Layout.Render(page, $"{status}", Html.Of($"""
        <div class="card narrow"><h1>{Title(status)}</h1><p>{text}</p><p><a href="{page.Root}">To the federation</a></p></div>
        """));

    private static string Title(int status) => status switch
    {
        403 => "Not allowed",
        404 => "Not found",
        429 => "Too many tries",
        503 => "Not now",
        _ => "That did not work",
    };
}
