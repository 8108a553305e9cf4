using FedLearn.Coordinator.Dashboard.Markup;

namespace FedLearn.Coordinator.Dashboard.Pages;

/// <summary>When a part of a page may have changed.</summary>
internal enum Pace
{
    /// <summary>With each durable change of the run.</summary>
    Change,

    /// <summary>At any time: it is looked at every half second.</summary>
    Tick,
}

/// <summary>A part of a page that changes while one looks at it.</summary>
/// <param name="Id">The id of its element.</param>
/// <param name="Pace">When it may change.</param>
/// <param name="Render">What it says now.</param>
internal sealed record Fragment(string Id, Pace Pace, Func<Html> Render);
