using System.Globalization;
using System.Net;
using Microsoft.Extensions.Primitives;

namespace Sluice.Server.Hosting;

/// <summary>
/// Tells the caller's address (<c>ClientIp</c>) from the socket's (<c>RemoteIp</c>). Only X-Forwarded-For is read, from right to left, and only as
/// far as each hop that vouches for the next is a trusted proxy. With no trusted proxy no header has any effect. Forwarded, X-Real-IP and their
/// like never have: one header has one meaning, and a proxy that sets another one leaves X-Forwarded-For to the caller.
/// </summary>
/// <param name="trustedProxies">Canonical networks; a peer mapped to IPv6 is compared as IPv4.</param>
public sealed class ClientAddress(IReadOnlyList<IPNetwork> trustedProxies)
{
    /// <summary>Never throws. Where the socket has no address (it is not IP) the answer is <see cref="IPAddress.None"/>, which is on no list.</summary>
    public IPAddress Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } remote) return IPAddress.None;
        return trustedProxies.Count == 0
            ? StrictAddress.Unmapped(remote)
            : Of(remote, context.Request.Headers["X-Forwarded-For"]);
    }

    public IPAddress Of(IPAddress remote, StringValues forwardedFor)
    {
        var client = StrictAddress.Unmapped(remote);
        for (var line = forwardedFor.Count - 1; line >= 0; line--)
        {
            var rest = forwardedFor[line].AsSpan();
            while (rest.Length > 0)
            {
                if (!IsTrusted(client)) return client;
                var comma = rest.LastIndexOf(',');
                var entry = rest[(comma + 1)..].Trim(" \t");
                rest = comma < 0 ? default : rest[..comma];
                if (entry.Length == 0) continue;
                // Past something unreadable nothing can be vouched for: the last trusted hop is then all that is known.
                if (!TryParseHop(entry, out var hop)) return client;
                client = hop;
            }
        }
        return client;
    }

    private bool IsTrusted(IPAddress address)
    {
        foreach (var network in trustedProxies)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address)) return true;
        }
        return false;
    }

    /// <summary><c>1.2.3.4</c>, <c>1.2.3.4:80</c>, <c>::1</c>, <c>[::1]</c>, <c>[::1]:80</c>, and each of them in double quotes.</summary>
    private static bool TryParseHop(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"') text = text[1..^1];
        if (text.Length > 0 && text[0] == '[')
        {
            var end = text.IndexOf(']');
            if (end < 0) return false;
            var inside = text[1..end];
            return inside.Contains(':') && IsPortOrNothing(text[(end + 1)..]) && StrictAddress.TryParse(inside, out address);
        }
        var colon = text.IndexOf(':');
        if (colon >= 0 && colon == text.LastIndexOf(':'))
            return IsPortOrNothing(text[colon..]) && StrictAddress.TryParse(text[..colon], out address);
        return StrictAddress.TryParse(text, out address);
    }

    private static bool IsPortOrNothing(ReadOnlySpan<char> text)
        => text.Length == 0 || (text[0] == ':' && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
