using System.Net;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;

namespace Sluice.Gateway.Stages;

/// <summary>Is the caller where the key says it must be?</summary>
public sealed class CheckNetwork(GatewayOptions options) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var address = options.ClientAddress(exchange.Http);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        exchange.ClientIp = address;
        return RefusalOf(exchange.Key!, address) is { } refusal ? Refuse(refusal) : Pass;
    }

    /// <summary>Why the key may not be used from an address, or <see langword="null"/>. An IPv4 address is given as one, never mapped.</summary>
    public static Refusal? RefusalOf(ApiKey key, IPAddress address)
    {
        var allowed = key.AllowedNetworks;
        if (allowed.Count == 0) return null;
        for (var i = 0; i < allowed.Count; i++)
            if (allowed[i].Contains(address)) return null;
        return new(ErrorCodes.IpNotAllowed, $"It came from {address}; the list is the key's allowedNetworks, set under /api/v1/keys/{key.Id}.");
    }
}
