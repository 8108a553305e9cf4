namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>An error in place of an operation.</summary>
internal enum Fault
{
    None,

    /// <summary>EIO. Of a sync the outcome is unknown; anything else did not happen.</summary>
    Io,

    /// <summary>ENOSPC: it did not happen. A sync reports it as EIO does.</summary>
    Full,
}

/// <summary>The machine has no power: nothing that is left of its processes does anything any more.</summary>
internal sealed class PowerOffException() : IOException("the power is off");
