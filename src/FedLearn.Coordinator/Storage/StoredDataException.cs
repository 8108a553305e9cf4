namespace FedLearn.Coordinator.Storage;

/// <summary>Something on disk is missing or fails its check; the message names it.</summary>
internal class StoredDataException : Exception
{
    public StoredDataException(string message)
        : base(message)
    {
    }

    public StoredDataException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
