namespace FedLearn.Cli.Doctor;

/// <summary>This machine's clock against the coordinator's: certificates are valid from 5 minutes before they are made.</summary>
internal static class ClockCheck
{
    private static readonly TimeSpan s_tolerated = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(10);

    /// <summary>What the difference means.</summary>
    /// <param name="here">The time here when the answer came.</param>
    /// <param name="there">The answer's own date, in whole seconds; null where it has none.</param>
    public static Finding Of(DateTimeOffset here, DateTimeOffset? there)
    {
        if (there is not { } date)
        {
            return Finding.Warning("clock", "the coordinator's answer has no date", "compare the two clocks by hand");
        }

        var apart = here - date;
        var text = $"{Math.Abs(apart.TotalSeconds):0} s {(apart < TimeSpan.Zero ? "behind" : "ahead of")} the coordinator's";
        return apart.Duration() > s_tolerated ? Finding.Bad("clock", text, "set this machine's clock, or the coordinator's, by NTP: certificates seem expired or not valid yet")
            : apart.Duration() > s_usual ? Finding.Warning("clock", text, "set both clocks by NTP; from 5 minutes on certificates are refused")
            : Finding.Good("clock", "as the coordinator's");
    }
}
