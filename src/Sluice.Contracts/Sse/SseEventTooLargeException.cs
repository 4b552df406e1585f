namespace Sluice.Contracts.Sse;

/// <summary>One event of a stream is larger than the reader was told to accept. The stream cannot be read on.</summary>
/// <param name="maxEventBytes">What the reader was told to accept.</param>
public sealed class SseEventTooLargeException(int maxEventBytes)
    : IOException($"A server-sent event is larger than {maxEventBytes} bytes. Raise the limit, or ask the sender for smaller events.")
{
    /// <summary>The limit, bytes.</summary>
    public int MaxEventBytes { get; } = maxEventBytes;
}
