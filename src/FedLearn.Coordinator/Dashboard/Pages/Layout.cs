using FedLearn.Coordinator.Dashboard.Markup;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>What stands around every page.</summary>
internal static class Layout
{
    /// <param name="page">Who looks.</param>
    /// <param name="title">The page's title.</param>
    /// <param name="body">What it says.</param>
    /// <param name="events">Where its events come from, relative to it; null where it does not change.</param>
    public static Html Render(PageContext page, string title, Html body, string? events = null) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} · FedLearn</title>
        <link rel="icon" href="{page.Root}{Assets.Path("icon.svg")}">
        <link rel="stylesheet" href="{page.Root}{Assets.Path("page.css")}">
        <script src="{page.Root}{Assets.Path("theme.js")}"></script>
        <script type="module" src="{page.Root}{Assets.Path("page.js")}"></script>
        </head>
        <body{Html.If(events is not null, () => Html.Of($""" data-events="{events}" """))}>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top"><a class="brand" href="{page.Root}"><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 16 6 7M16 16l10-9M16 16v11"/><circle cx="16" cy="16" r="5"/><circle cx="6" cy="7" r="3"/><circle cx="26" cy="7" r="3"/><circle cx="16" cy="27" r="3"/></svg>FedLearn</a>
        <nav aria-label="Page">{Html.If(events is not null, () => Html.Of($"""<span id="connection" class="live" role="status">live</span>"""))}
        <button type="button" class="quiet" id="theme" aria-label="Switch between light and dark">◐</button>{SignOut(page)}</nav></header>
        <main id="main">{body}</main>
        </body>
        </html>
        """);

    /// <summary>The hidden field that every form carries.</summary>
    public static Html FormToken(PageContext page) => Html.Of($"""<input type="hidden" name="formToken" value="{page.Session?.FormToken}">""");

    /// <summary>A part of a page that changes while one looks at it.</summary>
    public static Html Live(string id, Html content) => Html.Of($"""<section id="{id}" data-live>{content}</section>""");

    private static Html SignOut(PageContext page) => Html.If(page.Session is not null, () => Html.Of($"""
        <form method="post" action="{page.Root}signout">{FormToken(page)}<span class="who">{page.Session!.Name}{(page.MayAct ? "" : " (viewer)")}</span><button class="quiet">Sign out</button></form>
        """));
}
