using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace FedLearn.Coordinator.Identity;

/// <summary>Where the coordinator is found from outside: the first name of its certificate, with the ports that it listens on.</summary>
internal sealed class PublicAddresses(Authority authority, IServer server)
{
    /// <summary>The participants' address.</summary>
    public string Participants => At(Listeners.ParticipantsIndex);

    /// <summary>Where they enrol.</summary>
    public string Enrolment => At(Listeners.EnrolmentIndex);

    private string At(int index)
    {
        var port = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index)).Port;
        return new UriBuilder(Uri.UriSchemeHttps, authority.Hosts[0], port).Uri.GetLeftPart(UriPartial.Authority);
    }
}
