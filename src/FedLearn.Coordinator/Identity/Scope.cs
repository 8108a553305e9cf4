namespace FedLearn.Coordinator.Identity;

/// <summary>What an operator's call may be about. A credential has some of them; <see cref="Scopes"/> says which call takes which.</summary>
[Flags]
internal enum Scope
{
    None = 0,
    RunsRead = 1 << 0,
    RunsWrite = 1 << 1,
    ModelsRead = 1 << 2,
    ClientsRead = 1 << 3,
    IdentitiesRead = 1 << 4,
    IdentitiesWrite = 1 << 5,
    TokensRead = 1 << 6,
    TokensWrite = 1 << 7,
    LogRead = 1 << 8,

    /// <summary>The named set of who may see alone.</summary>
    Viewer = RunsRead | ModelsRead | ClientsRead | IdentitiesRead | LogRead,

    /// <summary>The named set of who may do all.</summary>
    Operator = Viewer | RunsWrite | IdentitiesWrite | TokensRead | TokensWrite,
}
