using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Server.Management.Intake;

/// <summary>
/// Reads an entry of an IP allow list. The platform's parser takes <c>010.0.0.1</c> for 8.0.0.1 and <c>10.0.0.1/8</c> for
/// 10.0.0.0/8; on an allow list a guess is a hole, so every spelling with two readings is refused with both of them.
/// </summary>
internal static class NetworkText
{
    /// <summary>The canonical CIDR block (<c>10.0.0.0/8</c>, <c>2001:db8::1/128</c>; IPv4-mapped as IPv4), or what is wrong.</summary>
    public static (string? Kept, string? Wrong) Canonical(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (text.Contains('%', StringComparison.Ordinal))
            return Refused($"'{text}' has a zone id; give the address without '%' and what follows.");
        var (address, wrong) = addressText.Contains(':', StringComparison.Ordinal) ? V6(addressText) : V4(addressText);
        if (address is null)
            return Refused(wrong!);

        var bitsMax = address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128;
        var bits = bitsMax;
        if (slash >= 0 && !Prefix(text[(slash + 1)..], bitsMax, out bits))
            return Refused($"'{text}' has a prefix that is not a number from 0 to {bitsMax}.");

        if (address.IsIPv4MappedToIPv6)
        {
            if (bits < 96)
                return Refused($"'{text}' is an IPv4-mapped address with a prefix shorter than 96; write the IPv4 network itself.");
            (address, bits) = (address.MapToIPv4(), bits - 96);
        }

        var network = Network(address, bits);
        return network.Equals(address)
            ? (string.Create(CultureInfo.InvariantCulture, $"{network}/{bits}"), null)
            : Refused(string.Create(CultureInfo.InvariantCulture,
                $"'{text}' has bits set behind its prefix. Write {network}/{bits} for the whole network or {address} for the one address."));
    }

    private static (IPAddress? Address, string? Wrong) V4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4 || !Array.TrueForAll(parts, static part => part.Length is >= 1 and <= 3 && part.All(char.IsAsciiDigit)))
            return (null, $"'{text}' is not an address. Write IPv4 as four decimal numbers (10.0.0.1), IPv6 with colons (2001:db8::1), a network with its prefix (10.0.0.0/8).");
        if (Array.Exists(parts, static part => part.Length > 1 && part[0] is '0'))
        {
            var decimals = string.Join('.', parts.Select(static part => part.TrimStart('0') is { Length: > 0 } rest ? rest : "0"));
            return (null, $"'{text}' has a number with a leading zero, which some software reads as octal. If decimal was meant, write {decimals}.");
        }

        var bytes = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                return (null, $"'{text}' has a number above 255.");
        }

        return (new IPAddress(bytes), null);
    }

    private static (IPAddress? Address, string? Wrong) V6(string text)
    {
        var dotted = text[(text.LastIndexOf(':') + 1)..];
        if (dotted.Contains('.', StringComparison.Ordinal) && V4(dotted) is { Address: null, Wrong: { } wrong })
            return (null, wrong);
        return text.All(static c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var address)
            ? (address, null)
            : (null, $"'{text}' is not an IPv6 address.");
    }

    private static bool Prefix(string text, int bitsMax, out int bits)
    {
        bits = 0;
        return text.Length is >= 1 and <= 3 && !(text.Length > 1 && text[0] is '0')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits <= bitsMax;
    }

    private static IPAddress Network(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new IPAddress(bytes);
    }

    private static (string? Kept, string? Wrong) Refused(string wrong) => (null, wrong);
}
