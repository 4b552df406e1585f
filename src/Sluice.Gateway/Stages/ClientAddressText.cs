using System.Collections.Concurrent;
using System.Net;

namespace Sluice.Gateway.Stages;

/// <summary>Addresses as text; the same few callers come again and again.</summary>
public sealed class ClientAddressText
{
    private const int KnownMax = 4096;
    private readonly ConcurrentDictionary<IPAddress, string> _known = new();

    public string Of(IPAddress address)
    {
        if (_known.TryGetValue(address, out var text)) return text;
        text = address.ToString();
        // Beyond the bound everything is forgotten at once: cheaper than keeping order, and the busy ones are back at their next call.
        if (_known.Count >= KnownMax) _known.Clear();
        _known[address] = text;
        return text;
    }
}
