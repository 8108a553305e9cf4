namespace FedLearn.Proofs.Tests;

public class ProofArgumentsTests
{
    [Fact]
    public void Flags_GivenAndNot_AreRead()
    {
        var arguments = new ProofArguments(["--seeds", "12", "--all"]);

        Assert.Equal(12, arguments.Int("seeds", 3));
        Assert.Equal(3, arguments.Int("kills", 3));
        Assert.True(arguments.Has("all"));
        Assert.Null(arguments.Text("bug"));
    }

    [Fact]
    public void Flag_WithoutItsValue_IsRefusedByName() =>
        Assert.Contains("--seeds", Assert.Throws<ArgumentException>(() => new ProofArguments(["--seeds"]).Int("seeds", 3)).Message);
}
