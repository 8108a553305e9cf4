using FedLearn.Client.Vault.Files;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Pending;

/// <summary>
/// Keeps an update that was quickly trained in memory until somebody has it sealed, since on a good network its receipt is there before
/// it would be on the disk; any other is sealed at once. A process that is killed meanwhile trains that round again, to the same bytes.
/// </summary>
internal sealed class HeldPendingUpdates(SealedPendingUpdates store) : IPendingUpdateStore, IDisposable
{
    /// <summary>Training that took this long is worth the sealing before the first byte is sent: 10 s.</summary>
    public static readonly TimeSpan WorthSealing = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes that are held, of all updates together: 64 MiB.</summary>
    public const long MostHeld = 64 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<PendingKey, HeldUpdate> _held = [];
    private SecretBuffer? _spare;
    private long _taken;

    public IReadOnlyList<PendingKey> List()
    {
        lock (_lock)
        {
            return [.. _held.Keys.Union(store.List())];
        }
    }

    public void Save(PendingKey key, long byteLength, TimeSpan effort, Func<Stream, UpdateHeader> writeParts)
    {
        if (effort >= WorthSealing || TryTake(byteLength) is not { } buffer)
        {
            store.Save(key, byteLength, writeParts);
            return;
        }

        try
        {
            using var stream = buffer.OpenWrite();
            var header = writeParts(stream);
            lock (_lock)
            {
                Forget(key);
                _held.Add(key, new HeldUpdate(buffer, (int)byteLength, header));
            }
        }
        catch
        {
            Return(buffer);
            throw;
        }
    }

    public void Seal(PendingKey key)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(key, out var update) && !update.IsSealed)
            {
                store.Save(key, update.Bytes.Length, file =>
                {
                    file.Write(update.Bytes.Span);
                    return update.Header;
                });
                update.IsSealed = true;
            }
        }
    }

    public PendingUpdate? Open(PendingKey key)
    {
        lock (_lock)
        {
            return _held.TryGetValue(key, out var update) ? new PendingUpdate(update.Header, update.Read()) : store.Open(key);
        }
    }

    public void Delete(PendingKey key)
    {
        lock (_lock)
        {
            Forget(key);
        }
    }

    public void Dispose()
    {
        foreach (var update in _held.Values)
        {
            update.Buffer.Dispose();
        }

        _spare?.Dispose();
    }

    private void Forget(PendingKey key)
    {
        store.Delete(key);
        if (_held.Remove(key, out var update))
        {
            Return(update.Buffer);
        }
    }

    /// <summary>A buffer of so many bytes or more, or null where too much is held already.</summary>
    private SecretBuffer? TryTake(long length)
    {
        lock (_lock)
        {
            if (_taken + length > MostHeld)
            {
                return null;
            }

            var buffer = _spare?.Span.Length >= length ? _spare : new SecretBuffer((int)length);
            _spare = ReferenceEquals(_spare, buffer) ? null : _spare;
            _taken += buffer.Span.Length;
            return buffer;
        }
    }

    private void Return(SecretBuffer buffer)
    {
        lock (_lock)
        {
            _taken -= buffer.Span.Length;
            buffer.Clear();
            // One stays for the next round's update, which is as long.
            (_spare, var other) = (buffer, _spare);
            other?.Dispose();
        }
    }
}
