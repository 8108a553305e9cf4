using System.Text.Json;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Operator;

/// <summary>
/// Which coordinator an operator's commands talk to when nobody says: a small JSON file of the user's, so that daily commands need no flags. It names
/// files and holds no secret.
/// </summary>
/// <param name="TokenFile">The file with the operators' token; null = a certificate counts.</param>
/// <param name="Coordinator">The coordinator's address for operators; null = the one beside the token.</param>
/// <param name="Trust">A PEM file with the certificates to trust; null = the one beside the token.</param>
/// <param name="Identity">The folder of an operator's or viewer's certificate, with address and root beside it; null = a token counts.</param>
internal sealed record OperatorContext(string? TokenFile, string? Coordinator, string? Trust, string? Identity = null)
{
    /// <summary>Names another file than the usual one.</summary>
    public const string Variable = "FEDLEARN_CONTEXT";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>No context: flags and variables alone.</summary>
    public static OperatorContext None { get; } = new(null, null, null);

    /// <summary>The file: FEDLEARN_CONTEXT, or <c>fedlearn/context.json</c> in the user's folder for configuration.</summary>
    public static string File => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "fedlearn", "context.json");

    /// <summary>What is remembered; <see cref="None"/> where nothing is.</summary>
    /// <exception cref="CliException">The file is damaged.</exception>
    public static OperatorContext Load()
    {
        if (!System.IO.File.Exists(File))
        {
            return None;
        }

        try
        {
            return JsonSerializer.Deserialize<OperatorContext>(System.IO.File.ReadAllText(File), s_json) ?? None;
        }
        catch (JsonException e)
        {
            throw new CliException($"{File}: {e.Message}; make it anew with `fedlearn context set`", ExitCode.Usage);
        }
    }

    /// <summary>Remembers it.</summary>
    public void Save()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(File))!);
        System.IO.File.WriteAllText(File, ToJson() + Environment.NewLine);
    }

    /// <summary>The file's content.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}
