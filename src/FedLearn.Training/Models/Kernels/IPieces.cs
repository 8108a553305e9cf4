namespace FedLearn.Training.Models.Kernels;

/// <summary>Work cut into pieces that may be done in any order and at once. What a piece computes must not depend on who does it, nor on the others.</summary>
internal interface IPieces
{
    /// <summary>Does piece <paramref name="piece"/>, from 0. It must not throw: nobody could catch it on a helper's thread.</summary>
    void Do(int piece);
}
