namespace FedLearn.Cli.Doctor;

/// <summary>How bad it is.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, and wants a look.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Bad,
}

/// <summary>What the doctor found of one thing.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Action">What to do; null where nothing is to be done.</param>
internal sealed record Finding(string Subject, Severity Severity, string Text, string? Action = null)
{
    public static Finding Good(string subject, string text) => new(subject, Severity.Good, text);

    public static Finding Warning(string subject, string text, string action) => new(subject, Severity.Warning, text, action);

    public static Finding Bad(string subject, string text, string action) => new(subject, Severity.Bad, text, action);
}
