using System.Security.Cryptography;
using FedLearn.Core.Sealing;

namespace FedLearn.Core.Tests.Sealing;

/// <summary>The primitives that sealing stands on, against published vectors: what must be accepted, and what must be refused.</summary>
public sealed class PublishedVectorTests
{
    [Fact]
    public void AesGcm_Wycheproof_AgreesOnEveryCase() => Assert.All(Wycheproof.Load("aes_gcm_test.json"), c =>
    {
        if (c["iv"].Length != 12)
        {
            // .NET takes 96-bit nonces only, and so does sealing: the weak cases of other lengths cannot arise.
            Assert.Throws<ArgumentException>(() => Open(c));
        }
        else if (c.IsValid)
        {
            Assert.Equal(c["msg"], Open(c));
            Assert.Equal([.. c["ct"], .. c["tag"]], Seal(c));
        }
        else
        {
            Assert.Throws<AuthenticationTagMismatchException>(() => Open(c));
        }
    });

    [Fact]
    public void KeyWrap_Wycheproof_AgreesOnEveryCase() => Assert.All(Wycheproof.Load("aes_kwp_test.json"), c =>
    {
        var opened = KeyWrap.TryUnwrap(c["key"], c["ct"]);
        if (c.IsInvalid)
        {
            Assert.Null(opened);
            return;
        }

        Assert.Equal(c["msg"], opened);
        Assert.Equal(c["ct"], KeyWrap.Wrap(c["key"], c["msg"]));
    });

    [Fact]
    public void Hkdf_Wycheproof_AgreesOnEveryCase() => Assert.All(Wycheproof.Load("hkdf_sha256_test.json"), c =>
    {
        var size = c.Test.GetProperty("size").GetInt32();
        if (c.IsValid)
        {
            Assert.Equal(c["okm"], HKDF.DeriveKey(HashAlgorithmName.SHA256, c["ikm"], size, c["salt"], c["info"]));
        }
        else
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => HKDF.DeriveKey(HashAlgorithmName.SHA256, c["ikm"], size, c["salt"], c["info"]));
        }
    });

    [Fact]
    public void RsaKeyWrap_Wycheproof_AgreesOnEveryCase() => Assert.All(Wycheproof.Load("rsa_oaep_3072_sha256_mgf1sha256_test.json"), c =>
    {
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(Convert.FromHexString(c.Group.GetProperty("privateKeyPkcs8").GetString()!), out _);
        var opened = RsaKeyWrap.TryUnwrap(key, c["ct"]);

        // Sealing uses the empty label, so a case with another one must not open.
        if (c.IsInvalid || c["label"].Length > 0)
        {
            Assert.Null(opened);
        }
        else
        {
            Assert.Equal(c["msg"], opened);
        }
    });

    [Fact]
    public void PassphraseKey_Rfc7914Pbkdf2Vector_Agrees()
    {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA256 of ("passwd", "salt", 1), the first 32 of its 64 bytes.
        var expected = Convert.FromHexString("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
        Assert.Equal(expected, PassphraseKey.Derive("passwd"u8, "salt"u8, iterations: 1));
    }

    [Fact]
    public void RsaKeyWrap_ShortKey_IsRefused()
    {
        using var key = RSA.Create(2048);
        Assert.Throws<ArgumentException>(() => RsaKeyWrap.Wrap(key, new byte[32]));
    }

    [Fact]
    public void RsaKeyWrap_OwnKey_RoundTrips()
    {
        using var key = RSA.Create(3072);
        var dataKey = RandomNumberGenerator.GetBytes(32);
        Assert.Equal(dataKey, RsaKeyWrap.TryUnwrap(key, RsaKeyWrap.Wrap(key, dataKey)));
    }

    private static byte[] Open(WycheproofCase c)
    {
        using var aes = new AesGcm(c["key"], c["tag"].Length);
        var plaintext = new byte[c["ct"].Length];
        aes.Decrypt(c["iv"], c["ct"], c["tag"], plaintext, c["aad"]);
        return plaintext;
    }

    private static byte[] Seal(WycheproofCase c)
    {
        using var aes = new AesGcm(c["key"], c["tag"].Length);
        byte[] ciphertext = new byte[c["msg"].Length], tag = new byte[c["tag"].Length];
        aes.Encrypt(c["iv"], c["msg"], ciphertext, tag, c["aad"]);
        return [.. ciphertext, .. tag];
    }
}
