using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Federations;

/// <summary>
/// Which federation a request is for: the one that the caller's certificate names, otherwise the one that its token names. That says where the
/// request is looked at, and proves nothing: the federation itself finds out who calls.
/// </summary>
internal sealed class FederationSwitch
{
    private readonly Dictionary<string, ICapturedApplication> _guests = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<X509Certificate2, string> _byConnection = [];

    /// <summary>Adds a federation, before the first request.</summary>
    public void Add(string federation, ICapturedApplication application) => _guests.Add(federation, application);

    /// <summary>The federation's pipeline; null for the coordinator's own federation, which also answers whoever names none or an unknown one.</summary>
    public ICapturedApplication? Find(IFeatureCollection features)
    {
        var federation = features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate ? NameIn(certificate)
            : FederationToken.Parse(Callers.TokenOf(features.Get<IHttpRequestFeature>()?.Headers.Authorization)).Federation;
        return federation is null ? null : _guests.GetValueOrDefault(federation);
    }

    private string? NameIn(X509Certificate2 certificate)
    {
        if (!_byConnection.TryGetValue(certificate, out var name))
        {
            name = IdentityName.Of(certificate)?.Federation ?? OperatorName.Of(certificate)?.Federation ?? "";
            _byConnection.AddOrUpdate(certificate, name);
        }

        return name;
    }
}
