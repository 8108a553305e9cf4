using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace FedLearn.Coordinator.Dashboard.Markup;

/// <summary>Values as people read them.</summary>
internal static class HtmlText
{
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text for an element or a quoted attribute.</summary>
    public static string Encode(string? text) => text is null ? "" : s_encoder.Encode(text);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => Invariant($"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => Invariant($"{bytes / 1e6:0.#} MB"),
        _ => Invariant($"{bytes / 1e9:0.##} GB"),
    };

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A metric with four significant digits; a dash where there is none.</summary>
    public static string Metric(double? value) => value switch
    {
        null => "–",
        0 => "0",
        >= 0.001 and < 10 or > -10 and <= -0.001 => value.Value.ToString("0.0000", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("G4", CultureInfo.InvariantCulture),
    };

    public static string Seconds(double seconds) => seconds switch
    {
        < 0.0005 => "0 s",
        < 1 => Invariant($"{seconds * 1e3:0} ms"),
        < 100 => Invariant($"{seconds:0.#} s"),
        < 7200 => Invariant($"{seconds / 60:0} min"),
        _ => Invariant($"{seconds / 3600:0.#} h"),
    };

    /// <summary>A time as the browser shows it in the reader's own zone (times.js); UTC where there is no script.</summary>
    public static Html Time(long unixMs) => unixMs == 0 ? Html.Of($"–") : Html.Of($"""<time datetime="{Iso(unixMs)}">{Utc(unixMs)}</time>""");

    private static string Iso(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Utc(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
