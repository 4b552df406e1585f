namespace Sluice.Bench.Upstream;

/// <summary>One accepted connection of the stand-in.</summary>
internal sealed class UpstreamConnection(int fd)
{
    internal int Fd { get; } = fd;

    internal bool Closed { get; set; }

    /// <summary>The start of a request that has not arrived whole.</summary>
    internal byte[]? Unread { get; set; }

    /// <summary>What the socket did not take yet.</summary>
    internal byte[]? Unsent { get; set; }

    internal bool Streaming { get; set; }

    /// <summary>Chunks still to send; 0 means without end.</summary>
    internal int ChunksLeft { get; set; }
}
