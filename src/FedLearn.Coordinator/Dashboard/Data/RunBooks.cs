using FedLearn.Coordinator.Storage;

namespace FedLearn.Coordinator.Dashboard.Data;

/// <summary>The books of the runs that were looked at last.</summary>
internal sealed class RunBooks(RunHistory history)
{
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Id, RunBook Book)> _newest = [];

    public RunBook Of(string runId)
    {
        lock (_gate)
        {
            var node = _newest.First;
            while (node is not null && node.Value.Id != runId)
            {
                node = node.Next;
            }

            if (node is null)
            {
                node = new((runId, new RunBook(runId, history)));
            }
            else
            {
                _newest.Remove(node);
            }

            _newest.AddFirst(node);
            if (_newest.Count > Most)
            {
                _newest.RemoveLast();
            }

            return node.Value.Book;
        }
    }
}
