using System.Security.Cryptography;
using System.Text;
using FedLearn.Core.Sealing;

namespace FedLearn.Client.Vault.Keys;

/// <summary>An RSA key in a PEM file.</summary>
internal sealed class RsaSource(string path, bool isPrivate) : KeySource
{
    private protected override string Kind => KeyDescriptor.Rsa;

    internal override KeyEncryptionKey Create() => Load();

    private protected override KeyEncryptionKey Load(KeyDescriptor descriptor) => Load();

    private RsaKey Load()
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(ReadPem());
            if (rsa.KeySize < RsaKeyWrap.MinKeyBits)
            {
                throw new VaultException($"an RSA key of at least {RsaKeyWrap.MinKeyBits} bits is expected in {path}, not {rsa.KeySize}");
            }

            return new RsaKey(new KeyDescriptor(Kind, KeyDescriptor.IdOf(rsa)), rsa, isPrivate);
        }
        catch (Exception e)
        {
            rsa.Dispose();
            throw e is ArgumentException or CryptographicException
                ? new VaultException($"{path} holds no RSA {(isPrivate ? "private" : "public")} key in PEM without a password", e)
                : e;
        }
    }

    private string ReadPem()
    {
        if (isPrivate)
        {
            var pem = Encoding.ASCII.GetString(SecretFile.Read(path, "private key"));
            return pem.Contains("PRIVATE KEY", StringComparison.Ordinal)
                ? pem
                : throw new VaultException($"{path} holds no private key; a public key can add data but not read it");
        }

        return File.Exists(path) ? File.ReadAllText(path) : throw new VaultException($"there is no public key at {path}");
    }
}
