using System.Text;

namespace Sluice.Contracts.Sse;

/// <summary>One event of a stream, with memory of its own.</summary>
public sealed class SseEvent
{
    internal SseEvent(SseFrame frame, bool isComplete)
    {
        Name = frame.Name.IsEmpty ? "message" : Encoding.UTF8.GetString(frame.Name);
        Data = frame.Data.ToArray();
        LastEventId = frame.LastEventId.IsEmpty ? null : Encoding.UTF8.GetString(frame.LastEventId);
        IsComplete = isComplete;
    }

    /// <summary>Value of <c>event:</c>, or <c>message</c>.</summary>
    public string Name { get; }

    /// <summary>The data as UTF-8, lines joined by LF.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The last <c>id:</c> of the stream so far, or <see langword="null"/>.</summary>
    public string? LastEventId { get; }

    /// <summary><see langword="false"/> where the stream ended inside the event: its data may be cut anywhere.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether this is the OpenAI/DeepSeek end marker, <c>data: [DONE]</c>.</summary>
    public bool IsDone => Data.Span.SequenceEqual("[DONE]"u8);

    /// <summary>The data as text.</summary>
    public string Text => Encoding.UTF8.GetString(Data.Span);

    /// <summary>Name and length; the data may be private.</summary>
    public override string ToString() => $"{Name}, {Data.Length} bytes{(IsComplete ? "" : ", cut short")}";
}
