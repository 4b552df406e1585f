using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>Which addresses outgoing connections may go to. Applied to what a name resolved to, at the moment of connecting, so that no spelling and no change of DNS gets round it.</summary>
public static class AddressRules
{
    private readonly record struct Range(IPNetwork Network, string What, bool LiftedForPrivate);

    // Order matters: the exceptions that are never lifted stand before the ranges that they lie in.
    private static readonly Range[] V4 =
    [
        Never("169.254.169.254/32", "a cloud metadata address"),
        Never("169.254.170.2/32", "a cloud metadata address"),
        Never("169.254.170.23/32", "a cloud metadata address"),
        Never("100.100.100.200/32", "a cloud metadata address"),
        Never("168.63.129.16/32", "a cloud metadata address"),
        Private("127.0.0.0/8", "a loopback address"),
        Private("10.0.0.0/8", "a private address"),
        Private("172.16.0.0/12", "a private address"),
        Private("192.168.0.0/16", "a private address"),
        Private("100.64.0.0/10", "a carrier-grade NAT address"),
        Private("169.254.0.0/16", "a link-local address"),
        // Lab networks and local resolvers that hand out stand-in addresses live here.
        Private("198.18.0.0/15", "a benchmarking address"),
        Never("0.0.0.0/8", "an unspecified address"),
        Never("192.0.0.0/24", "a reserved address"),
        Never("192.0.2.0/24", "a documentation address"),
        Never("192.88.99.0/24", "a reserved address"),
        Never("198.51.100.0/24", "a documentation address"),
        Never("203.0.113.0/24", "a documentation address"),
        Never("224.0.0.0/4", "a multicast address"),
        Never("255.255.255.255/32", "the broadcast address"),
        Never("240.0.0.0/4", "a reserved address"),
    ];

    private static readonly Range[] V6 =
    [
        Never("fd00:ec2::254/128", "a cloud metadata address"),
        Never("fd00:ec2::23/128", "a cloud metadata address"),
        Never("fd20:ce::254/128", "a cloud metadata address"),
        Never("::/128", "an unspecified address"),
        Private("::1/128", "a loopback address"),
        Private("fe80::/10", "a link-local address"),
        Private("fc00::/7", "a unique-local address"),
        Never("ff00::/8", "a multicast address"),
        Never("64:ff9b::/96", "a NAT64 address"),
        Never("64:ff9b:1::/48", "a NAT64 address"),
        Never("2002::/16", "a 6to4 address"),
        Never("2001::/32", "a Teredo address"),
        Never("2001::/23", "a reserved address"),
        Never("2001:db8::/32", "a documentation address"),
        Never("3fff::/20", "a documentation address"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Returns <see langword="null"/> if the address may be connected to, else what kind of address it is, such as <c>a loopback address</c>.</summary>
    /// <param name="address">As resolved.</param>
    /// <param name="allowPrivate">Lifts loopback, private, link-local, unique-local and carrier-grade NAT addresses; never metadata, multicast, unspecified or broadcast ones.</param>
    public static string? Refuse(IPAddress address, bool allowPrivate)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork) return Refuse(V4, address, allowPrivate, out _);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return "not an IP address";
        // Before any range is asked: IPNetwork compares such an address as the IPv4 one inside it.
        if (address.IsIPv4MappedToIPv6) return "an IPv4 address written as IPv6";
        // A scope id takes no part in the comparison with ranges.
        if (address.ScopeId != 0) address = new IPAddress(address.GetAddressBytes());
        var reason = Refuse(V6, address, allowPrivate, out var known);
        // Everything IPv6 outside global unicast that is not named above is unassigned or of special use.
        return known || GlobalUnicast.Contains(address) ? reason : "a reserved address";
    }

    private static string? Refuse(Range[] ranges, IPAddress address, bool allowPrivate, out bool known)
    {
        foreach (var range in ranges)
        {
            if (!range.Network.Contains(address)) continue;
            known = true;
            return range.LiftedForPrivate && allowPrivate ? null : range.What;
        }
        known = false;
        return null;
    }

    private static Range Never(string network, string what) => new(IPNetwork.Parse(network), what, false);

    private static Range Private(string network, string what) => new(IPNetwork.Parse(network), what, true);
}
