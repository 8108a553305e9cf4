namespace FedLearn.Proofs.Simulation.Server;

/// <summary>The lock file of the data folder: one process holds it for as long as it lives.</summary>
internal class ProcessLock
{
    private int? _holder;

    /// <summary>Takes the lock. False where a living process has it.</summary>
    public virtual bool TryTake(int process)
    {
        if (_holder is not null)
        {
            return false;
        }

        _holder = process;
        return true;
    }

    /// <summary>The kernel's doing, at a process's end.</summary>
    public void Release(int process) => _holder = _holder == process ? null : _holder;
}
