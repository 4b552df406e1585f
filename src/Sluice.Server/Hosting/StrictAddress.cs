using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Server.Hosting;

/// <summary>
/// Reads addresses and networks in their one canonical spelling. The framework's parser takes <c>010.0.0.1</c> for 8.0.0.1 and
/// <c>10.0.0.1/8</c> for 10.0.0.0/8: where an address decides who may call, a spelling two programs read differently is refused.
/// </summary>
public static class StrictAddress
{
    /// <summary>An IPv4 dotted quad without leading zeros, or an IPv6 address without a zone. An IPv4-mapped one is returned as IPv4.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':'))
        {
            if (text.ContainsAny("%[]/") || !IPAddress.TryParse(text, out var v6) || v6.AddressFamily != AddressFamily.InterNetworkV6) return false;
            address = Unmapped(v6);
            return true;
        }
        Span<byte> quad = stackalloc byte[4];
        var part = 0;
        foreach (var range in text.Split('.'))
        {
            var digits = text[range];
            if (part == 4 || digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0')) return false;
            if (!byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out quad[part++])) return false;
        }
        if (part != 4) return false;
        address = new IPAddress(quad);
        return true;
    }

    /// <summary>A CIDR block with no bit set after its prefix, or a single address.</summary>
    /// <param name="problem">What is wrong, as the end of a sentence, where the answer is <see langword="false"/>.</param>
    public static bool TryParseNetwork(string text, out IPNetwork network, out string problem)
    {
        network = default;
        problem = "must be an IP address or a CIDR block such as 10.0.0.0/8 or fd00::/8";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (!TryParse(addressText, out var address)) return false;
        if (addressText.Contains(':') && address.AddressFamily == AddressFamily.InterNetwork)
        {
            problem = $"must be written as IPv4 ({address})";
            return false;
        }
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0)
        {
            var digits = text.AsSpan(slash + 1);
            if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0')
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits) return false;
        }
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bits; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        var canonical = new IPAddress(bytes);
        if (!canonical.Equals(address))
        {
            problem = $"has bits set after its prefix: the block is {canonical}/{prefix}, the single address is {address}";
            return false;
        }
        network = new IPNetwork(address, prefix);
        return true;
    }

    /// <summary>The same address in the one form that comparisons use: dual-stack sockets report IPv4 peers as <c>::ffff:a.b.c.d</c>.</summary>
    public static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
