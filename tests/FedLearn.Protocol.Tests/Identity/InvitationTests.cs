using CsCheck;
using FedLearn.Protocol.Identity;

namespace FedLearn.Protocol.Tests.Identity;

public class InvitationTests
{
    private static readonly Uri Address = new("https://coordinator.example:7073");

    [Fact]
    public void Word_ReadAgain_IsTheSameInvitation()
    {
        var made = Invitation.Create([1, 2, 3], Address);

        var read = Invitation.TryParse(made.ToWord(), out var mistake)!;

        Assert.Null(mistake);
        Assert.Equal((Convert.ToHexString(made.Secret), Convert.ToHexString(made.RootHash), Address), (Convert.ToHexString(read.Secret), Convert.ToHexString(read.RootHash), read.Address));

        // SHA-256 of 01 02 03, by `printf '\001\002\003' | sha256sum`.
        Assert.Equal("039058C6F2C0CB492C533B0A4D14EF77CC0F78ABCCCED5287D84A1A2011CFB81", Convert.ToHexString(read.RootHash));
    }

    [Fact]
    public void Word_BrokenIntoLines_IsRead()
    {
        var word = Invitation.Create([1], Address).ToWord();

        Assert.NotNull(Invitation.TryParse($"  {word[..60]}\r\n{word[60..]}\n", out _));
    }

    [Fact]
    public void Word_WithAnyCharacterChanged_IsRefusedWithoutRepeatingIt()
    {
        var word = Invitation.Create([1], Address).ToWord();
        for (var i = 0; i < word.Length; i++)
        {
            var changed = $"{word[..i]}{(word[i] == 'A' ? 'B' : 'A')}{word[(i + 1)..]}";
            Assert.True(Invitation.TryParse(changed, out var mistake) is null, $"character {i}");
            Assert.DoesNotContain(word[40..60], mistake, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Word_OfAnyText_IsRefusedWithoutAnException() =>
        Gen.Char.Array[0, 400].Sample(text => Invitation.TryParse("fedlearn-invitation-" + new string(text), out var mistake) is null && mistake is not null);

    [Fact]
    public void Secrets_OfTwoInvitations_Differ() =>
        Assert.NotEqual(Invitation.Create([1], Address).Secret, Invitation.Create([1], Address).Secret);

    [Fact]
    public void Text_ForALog_HasNoSecret() => Assert.Equal("invitation to https://coordinator.example:7073/", Invitation.Create([1], Address).ToString());

    [Theory]
    [InlineData("http://coordinator.example:7073")]
    [InlineData("https://coordinator.example:7073/path")]
    [InlineData("https://user@coordinator.example:7073")]
    public void Create_AddressOfAnotherKind_IsRefused(string address) => Assert.Throws<ArgumentException>(() => Invitation.Create([1], new Uri(address)));
}
