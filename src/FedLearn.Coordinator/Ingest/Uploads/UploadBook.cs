using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>An upload that OpenUpdate returned.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Update">What its client announced.</param>
internal sealed record OpenedUpload(string Id, AnnouncedUpdate Update)
{
    private readonly string _ticket = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private UploadReservation? _reservation;

    /// <summary>256 random bits as hex digits: the right to send this upload's bytes over HTTP.</summary>
    public string Ticket => _ticket;

    /// <summary>Whether the upload waits for bytes still.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Keeps a share of the budget for the upload's stream, in the place of an earlier one, which is given back.</summary>
    public void Reserve(UploadReservation? reservation) => Interlocked.Exchange(ref _reservation, reservation)?.Dispose();

    /// <summary>The share that was kept, which is the caller's from now on; null where none was, or less than is needed.</summary>
    public IDisposable? TakeReserved(long needed) => Interlocked.Exchange(ref _reservation, null)?.Take(needed);

    /// <summary>Compares in constant time.</summary>
    public bool Admits(string? ticket) =>
        IsOpen && ticket is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(_ticket));
}

/// <summary>The opened uploads: the last one of each client and run. What a restart forgets, OpenUpdate brings back.</summary>
internal sealed class UploadBook
{
    private readonly ConcurrentDictionary<(string ClientId, string RunId), OpenedUpload> _opened = new();

    /// <summary>Notes an upload for the stream that goes on with it. The same one keeps its ticket.</summary>
    public OpenedUpload Open(UploadKey key, AnnouncedUpdate update) => _opened.AddOrUpdate(
        (key.ClientId, key.RunId),
        _ => new OpenedUpload(key.Id, update),
        (_, known) => known.Id == key.Id && known.IsOpen ? known : new OpenedUpload(key.Id, update));

    /// <summary>The upload that a client opened under this id, or null.</summary>
    public OpenedUpload? Find(string uploadId, string clientId)
    {
        var runId = uploadId.Split('/')[0];
        return _opened.TryGetValue((clientId, runId), out var opened) && opened.Id == uploadId ? opened : null;
    }

    /// <summary>The upload is sealed: its ticket is over.</summary>
    public void Close(UploadKey key)
    {
        if (Find(key.Id, key.ClientId) is { } opened)
        {
            opened.IsOpen = false;
        }
    }
}
