using FedLearn.Coordinator.Rounds;

namespace FedLearn.Coordinator.Storage;

/// <summary>The server state of a version as its row has it: NAME=DIGEST, comma separated.</summary>
internal static class StateText
{
    public static string Write(IEnumerable<StoredState> state) => string.Join(',', state.Select(s => $"{s.Name}={Convert.ToHexStringLower(s.Digest)}"));

    public static IReadOnlyList<StoredState> Read(string text) => text.Length == 0
        ? []
        : [.. text.Split(',').Select(part => part.Split('=')).Select(pair => new StoredState(pair[0], Convert.FromHexString(pair[1])))];
}
