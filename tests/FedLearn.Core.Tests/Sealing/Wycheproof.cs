using System.Text.Json;
using FedLearn.Testing;

namespace FedLearn.Core.Tests.Sealing;

/// <summary>Reads Project Wycheproof's test vectors.</summary>
internal static class Wycheproof
{
    /// <summary>Every case of a file with the group it stands in.</summary>
    public static IReadOnlyList<WycheproofCase> Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"vectors/{file}")));
        var root = document.RootElement.Clone();
        var cases = root.GetProperty("testGroups").EnumerateArray()
            .SelectMany(group => group.GetProperty("tests").EnumerateArray().Select(test => new WycheproofCase(group, test)))
            .ToList();
        Assert.Equal(root.GetProperty("numberOfTests").GetInt32(), cases.Count);
        return cases;
    }
}

internal sealed record WycheproofCase(JsonElement Group, JsonElement Test)
{
    public bool IsValid => Test.GetProperty("result").GetString() == "valid";

    public bool IsInvalid => Test.GetProperty("result").GetString() == "invalid";

    public byte[] this[string field] => Convert.FromHexString(Test.GetProperty(field).GetString()!);

    public bool HasFlag(string flag) => Test.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == flag);

    public override string ToString() => $"case {Test.GetProperty("tcId")}: {Test.GetProperty("comment")} ({Test.GetProperty("result")})";
}
