using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Stages;

/// <summary>Is the caller where the key says it must be?</summary>
public sealed class CheckNetwork(GatewayOptions options) : Stage
{
    public override ValueTask<Refusal?> EnterAsync(Exchange exchange)
    {
        var address = options.ClientAddress(exchange.Http);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        exchange.ClientIp = address;
        var allowed = exchange.Key!.AllowedNetworks;
        if (allowed.Count == 0) return Pass;
        for (var i = 0; i < allowed.Count; i++)
            if (allowed[i].Contains(address)) return Pass;
        return Refuse(new(ErrorCodes.IpNotAllowed, $"It came from {address}; the list is the key's allowedNetworks, set under /api/v1/keys/{exchange.Key.Id}."));
    }
}
