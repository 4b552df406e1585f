using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// How often one address may call what needs no caller: signing up, signing in, asking for a link. An IPv6 caller has a whole network to call
/// from, so the first 64 bits count as one address.
/// </summary>
internal sealed class StrangerLoad(ManagementOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
    {
        PermitLimit = options.StrangerCallsPerMinute,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = 6,
        QueueLimit = 0,
    }));

    public bool TryEnter(IPAddress address, out int retryAfterSeconds)
    {
        using var lease = _limiter.AttemptAcquire(NetworkOf(address));
        retryAfterSeconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? (int)Math.Ceiling(wait.TotalSeconds) : 60;
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
