namespace Sluice.Contracts.Sse;

/// <summary>One event as bytes. It points into the reader's buffers or the bytes that were fed, and is valid until the next one is asked for.</summary>
public readonly ref struct SseFrame
{
    internal SseFrame(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, ReadOnlySpan<byte> lastEventId)
    {
        Name = name;
        Data = data;
        LastEventId = lastEventId;
    }

    /// <summary>Value of <c>event:</c>; empty where there was none, which means <c>message</c>.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The data, lines joined by LF.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The last <c>id:</c> of the stream so far; empty where there was none.</summary>
    public ReadOnlySpan<byte> LastEventId { get; }

    /// <summary>Whether this is the OpenAI/DeepSeek end marker, <c>data: [DONE]</c>.</summary>
    public bool IsDone => Data.SequenceEqual("[DONE]"u8);
}
