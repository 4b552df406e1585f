namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Bounds of the HTTP/1.1 client. At a bound of the answer the call fails with TooLarge or Protocol; at a bound of the pool the surplus connection is closed.</summary>
internal static class Http1Limits
{
    public const int HeadBytesMax = 64 * 1024;
    public const int HeadersMax = 128;
    public const int InformationalMax = 8;
    public const int ChunkSizeDigitsMax = 15;
    public const int ChunkExtensionBytesMax = 4096;
    public const int TrailerBytesMax = 8192;
    /// <summary>A request up to this size, head and body, leaves in one send.</summary>
    public const int SendBytesMax = 64 * 1024;
    public const int IdleConnectionsMax = 1024;
    /// <summary>From this idle time on a connection is looked at before it is used again. Below it the look would cost more than it finds: one system call of the five or so that a call needs.</summary>
    public static readonly TimeSpan IdleCheckAfter = TimeSpan.FromMilliseconds(100);
    /// <summary>A reused connection that ends without a byte within this time of sending was stale, and the call is sent once more.</summary>
    public static readonly TimeSpan StaleShowsWithin = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan IdleLifetime = TimeSpan.FromSeconds(60);
    /// <summary>So that a changed DNS answer takes effect.</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
}
