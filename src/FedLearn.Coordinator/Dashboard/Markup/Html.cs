using System.Runtime.CompilerServices;

namespace FedLearn.Coordinator.Dashboard.Markup;

/// <summary>Text that is HTML already. Made by <see cref="Of"/> alone, which encodes everything but its own literals.</summary>
internal readonly record struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    /// <summary>Nothing.</summary>
    public static Html None => default;

    /// <summary>HTML from an interpolated string: the literal parts stay as they are, every value is encoded, but those that are HTML.</summary>
    public static Html Of(ref HtmlHandler html) => new(html.ToStringAndClear());

    /// <summary>One after another.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts));

    /// <summary>HTML where something holds, otherwise nothing.</summary>
    public static Html If(bool holds, Func<Html> html) => holds ? html() : None;

    public override string ToString() => _text ?? "";
}

/// <summary>Builds <see cref="Html"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
internal ref struct HtmlHandler(int literalLength, int formattedCount)
{
    private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture);

    public void AppendLiteral(string literal) => _text.AppendLiteral(literal);

    public void AppendFormatted(Html html) => _text.AppendLiteral(html.ToString());

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
        {
            _text.AppendLiteral(part.ToString());
        }
    }

    public void AppendFormatted(string? text) => _text.AppendLiteral(HtmlText.Encode(text));

    public void AppendFormatted(int number) => _text.AppendFormatted(number);

    public void AppendFormatted(long number) => _text.AppendFormatted(number);

    public void AppendFormatted(double number, string format) => _text.AppendFormatted(number, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
