namespace FedLearn.Coordinator.Identity;

/// <summary>A client that joined.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TokenHash">SHA-256 of its token's bytes.</param>
/// <param name="TokenUsed">Whether the token has been used: from then on the id cannot be joined without it.</param>
/// <param name="Software">What it runs, in its own words.</param>
/// <param name="JoinedUnixMs">When it joined first.</param>
internal sealed record RegisteredClient(string Id, byte[] TokenHash, bool TokenUsed, string Software, long JoinedUnixMs);

/// <summary>Where clients are kept.</summary>
internal interface IClientStore
{
    RegisteredClient? Find(string id);

    RegisteredClient? FindByTokenHash(byte[] hash);

    /// <summary>All clients by id.</summary>
    IReadOnlyList<RegisteredClient> All();

    /// <summary>Adds the client, or replaces what is known of it.</summary>
    void Save(RegisteredClient client);
}
