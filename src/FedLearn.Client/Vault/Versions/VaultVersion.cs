using System.Collections.Immutable;
using System.Security.Cryptography;

namespace FedLearn.Client.Vault.Versions;

/// <summary>What a sealed file's records are for.</summary>
public enum DataPart
{
    /// <summary>Training.</summary>
    Train,

    /// <summary>Evaluation.</summary>
    Test,
}

/// <summary>One sealed file of a version.</summary>
/// <param name="Id">Its id, 32 hex characters: names the file and its key.</param>
/// <param name="Origin">The id of the version that it was made for, to which it is bound; an appended version lists files of older ones.</param>
/// <param name="Part">What its records are for.</param>
/// <param name="Length">The sealed bytes.</param>
/// <param name="Digest">SHA-256 of the sealed bytes, lower-case hex.</param>
public sealed record VaultFile(string Id, string Origin, DataPart Part, long Length, string Digest);

/// <summary>A version of a data set: an immutable list of sealed files. What stands here stands on the disk in clear.</summary>
/// <param name="Format">The layout's name and version.</param>
/// <param name="Number">Counts from 1.</param>
/// <param name="Id">128 random bits as 32 hex characters.</param>
/// <param name="Created">When it was made, UTC.</param>
/// <param name="SchemaDigest">SHA-256 of the schema, lower-case hex.</param>
/// <param name="RecordLength">The length of a record in bytes.</param>
/// <param name="Files">The sealed files, in the order in which their records count.</param>
public sealed record VaultVersion(
    string Format,
    int Number,
    string Id,
    DateTimeOffset Created,
    string SchemaDigest,
    int RecordLength,
    ImmutableArray<VaultFile> Files)
{
    /// <summary>
    /// The public name: SHA-256 over the concatenated SHA-256 values of the sealed files, lower-case hex. It depends on no byte of
    /// plaintext that a guess could be checked against, since each file is sealed under a random key.
    /// </summary>
    public string Name => Convert.ToHexStringLower(SHA256.HashData(Files.SelectMany(f => Convert.FromHexString(f.Digest)).ToArray()));

    /// <summary>The sealed bytes of all files.</summary>
    public long Length => Files.Sum(f => f.Length);
}
