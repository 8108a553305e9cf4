using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Files;
using FedLearn.Client.Vault.Keys;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FedLearn.Client.Identity;

/// <summary>Takes an invitation for an identity, as the comment at the head of identity.proto says.</summary>
public static class Enroller
{
    private const string KeyFile = "new.key";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Makes a key here, asks for a certificate of it, and keeps both. A call that broke can be repeated with the same folder while the
    /// invitation is valid: it goes on with the same key.
    /// </summary>
    /// <param name="invitation">The operator's word.</param>
    /// <param name="folder">Where the identity is kept; an older one of the same client is replaced.</param>
    /// <param name="time">The clock; the system's where none is given.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="FederationException">The invitation is of no use, or who answers is not who invited; the message says what to do.</exception>
    public static async Task<ClientIdentity> EnrolAsync(string invitation, string folder, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        var parsed = Invitation.TryParse(invitation, out var mistake) ?? throw new FederationException(mistake!);
        try
        {
            using var key = KeyIn(folder);
            using var root = await FetchRootAsync(parsed, cancellationToken).ConfigureAwait(false);
            var identity = await AskAsync(parsed, root, key, time, cancellationToken).ConfigureAwait(false);
            KeepIn(folder, identity);
            return identity;
        }
        catch (RpcException fault)
        {
            throw new FederationException(CallFault.Describe(fault, parsed.Address), fault);
        }
        catch (Exception fault) when (fault is VaultException or IOException or UnauthorizedAccessException)
        {
            throw new FederationException($"cannot keep an identity in {folder}: {fault.Message}", fault);
        }
    }

    /// <summary>The root, believed because its hash is the invitation's: until then nothing is trusted and no secret sent.</summary>
    private static async Task<X509Certificate2> FetchRootAsync(Invitation invitation, CancellationToken cancellationToken)
    {
#pragma warning disable CA5359 // Nothing is believed that comes by this connection but what has the invitation's hash.
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
#pragma warning restore CA5359
        using var channel = NewChannel(invitation, handler);
        var reply = await new Protocol.V1.Enrolment.EnrolmentClient(channel).GetAuthorityAsync(new GetAuthorityRequest(), Options(cancellationToken)).ConfigureAwait(false);
        return SHA256.HashData(reply.Root.Span).AsSpan().SequenceEqual(invitation.RootHash)
            ? X509CertificateLoader.LoadCertificate(reply.Root.Span)
            : throw new FederationException(
                $"what answers at {invitation.Address} is not the coordinator of this invitation: it shows another root certificate. Somebody may stand between; nothing was sent. Ask the operator");
    }

    private static async Task<ClientIdentity> AskAsync(Invitation invitation, X509Certificate2 root, ECDsa key, TimeProvider time, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
        ServerTrust.Of(root, time).ApplyTo(handler);
        using var channel = NewChannel(invitation, handler);
        var request = new EnrolRequest { Secret = ByteString.CopyFrom(invitation.Secret), SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) };
        var reply = await new Protocol.V1.Enrolment.EnrolmentClient(channel).EnrolAsync(request, Options(cancellationToken)).ConfigureAwait(false);
        return ClientIdentity.Received(
            reply.Certificate.ToByteArray(), reply.Issuers.Select(i => i.ToByteArray()), key, new X509Certificate2(root), reply.Address, time.GetUtcNow());
    }

    private static ECDsa KeyIn(string folder)
    {
        DurableFile.CreateFolder(folder);
        var (path, key) = (Path.Combine(folder, KeyFile), SigningRequest.NewKey());
        if (File.Exists(path))
        {
            key.ImportPkcs8PrivateKey(SecretFile.Read(path, "key of an enrolment"), out _);
        }
        else
        {
            DurableFile.CreateNew(path, key.ExportPkcs8PrivateKey());
        }

        return key;
    }

    private static void KeepIn(string folder, ClientIdentity identity)
    {
        if (ClientIdentity.Exists(folder))
        {
            using var older = ClientIdentity.Load(folder);
            if (older.Uri != identity.Uri)
            {
                throw new FederationException($"{folder} holds the identity {older.Uri}, and the invitation is for {identity.Uri}; ask for another invitation, and use another folder");
            }
        }

        identity.Save(folder);
        DurableFile.Shred(Path.Combine(folder, KeyFile));
    }

    private static GrpcChannel NewChannel(Invitation invitation, SocketsHttpHandler handler) =>
        GrpcChannel.ForAddress(invitation.Address, new GrpcChannelOptions { HttpHandler = handler });

    private static CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + s_limit, cancellationToken: cancellationToken);
}
