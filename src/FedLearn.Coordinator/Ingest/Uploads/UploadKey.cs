namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>Which update an upload is for. Its id is made of these, so that a new process finds a partial upload again.</summary>
internal sealed record UploadKey(string RunId, int Round, string ClientId, string Digest)
{
    /// <summary>The name of the upload's files; the digest's first 16 hex digits tell apart different updates of one client.</summary>
    public string Name => $"{ClientId}.{Digest[..16]}";

    public string Id => $"{RunId}/{Round}/{Name}";

    public static UploadKey Of(AnnouncedUpdate update) => new(update.RunId, update.Round, update.ClientId, Convert.ToHexStringLower(update.Digest));
}
