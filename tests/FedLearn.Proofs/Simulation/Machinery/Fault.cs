namespace FedLearn.Proofs.Simulation.Machinery;

/// <summary>Everything that a simulation breaks. A run of many seeds must have done each of them.</summary>
internal enum Fault
{
    // The network.
    RequestDropped,
    ReplyDropped,
    RequestDuplicated,
    MessageDelayed,
    WatchCut,
    UploadCut,
    HalfOpen,

    // The store of rows.
    StoreBusy,
    StoreFull,
    KilledBeforeCommit,
    KilledAfterCommit,
    UnknownAndLost,
    UnknownAndKept,

    // The disk of vectors.
    DiskFull,
    KilledInWrite,
    KilledBeforeSync,
    KilledAfterSync,
    UnsyncedLost,
    UnsyncedTorn,
    UpdateDamaged,

    // The process and its clocks.
    Killed,
    KilledAtStart,
    SecondProcess,
    WallForward,
    WallBack,
    RunStopped,
    RunPaused,

    // The clients.
    ClientCrashed,
    ClientLostWork,
    ClientStalled,
    ClientLeft,
    ClientReturnedWithUpdate,
    RunDeclined,
    StageDeclined,
    DeliversThoughDeclined,
    WrongDigest,
    WrongBase,
    WrongManifest,
    NotFinite,
    NormTooLarge,
    WeightOverCap,
    AnotherUpdate,
    NotSelected,
    UnknownRound,
    LateUpdate,
    SameUpdateAgain,
    SealedTwice,
    UnaskedReport,
}
