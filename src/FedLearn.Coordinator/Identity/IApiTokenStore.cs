namespace FedLearn.Coordinator.Identity;

/// <summary>A token of an operator or a viewer.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="TokenHash">SHA-256 of its bytes, lower-case hex.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedUnixMs">When it was made.</param>
/// <param name="ExpiresUnixMs">When it expires.</param>
internal sealed record StoredToken(string Name, string TokenHash, Scope Scopes, long CreatedUnixMs, long ExpiresUnixMs);

/// <summary>Where tokens are kept.</summary>
internal interface IApiTokenStore
{
    /// <summary>All tokens by name.</summary>
    IReadOnlyList<StoredToken> All();

    /// <summary>Adds a token of a new name.</summary>
    void Add(StoredToken token);

    /// <summary>Deletes a token; false where there is none of the name.</summary>
    bool Delete(string name, long atUnixMs);
}
