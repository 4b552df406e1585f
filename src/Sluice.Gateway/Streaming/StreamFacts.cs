using System.Text.Json;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Streaming;

/// <summary>What one event of a stream says, as far as the gateway cares.</summary>
public enum StreamEventKind
{
    /// <summary>Something for the caller.</summary>
    Content,
    /// <summary>Only usage, which the gateway asked for: the caller gets it only if it asked too.</summary>
    UsageOnly,
    /// <summary>An error object in place of a chunk.</summary>
    Error,
    /// <summary><c>[DONE]</c>.</summary>
    Done,
    /// <summary>No data: comments, or an event name alone.</summary>
    Empty,
    /// <summary>Not JSON.</summary>
    Garbage,
}

/// <summary>What has been learnt of an answer while it went by.</summary>
public struct StreamFacts
{
    public TokenUsage Usage;
    /// <summary>The last usage given could not be believed.</summary>
    public bool UsageInsane;
    public string? FinishReason;
    public bool Done;
    /// <summary>Within the event just read: where the value <c>null</c> of a top-level <c>usage</c> lies; 0 if there is none.</summary>
    public int NullUsageAt;
    /// <summary>Code or message of an error event, for the operator.</summary>
    public string? Error;
    /// <summary>The error event was not sent on: the caller is told in the gateway's own words.</summary>
    public bool ErrorHeld;

    /// <summary>Reads one event's data. Text of the answer is fed to <paramref name="text"/> where <paramref name="count"/> says so.</summary>
    public StreamEventKind Read(ReadOnlySpan<byte> data, bool count, ref OutputTokenEstimator text)
    {
        NullUsageAt = 0;
        var lead = data.Length - data.TrimStart(" \t"u8).Length;
        data = data.Trim(" \t"u8);
        if (data.SequenceEqual("[DONE]"u8))
        {
            Done = true;
            return StreamEventKind.Done;
        }

        if (data.IsEmpty || data[0] != '{') return StreamEventKind.Garbage;
        try
        {
            var kind = ReadObject(data, count, ref text);
            if (NullUsageAt > 0) NullUsageAt += lead;
            return kind;
        }
        catch (JsonException)
        {
            return StreamEventKind.Garbage;
        }
    }

    private StreamEventKind ReadObject(ReadOnlySpan<byte> data, bool count, ref OutputTokenEstimator text)
    {
        var reader = new Utf8JsonReader(data);
        reader.Read();
        var (hasChoices, hasUsage, other) = (false, false, false);
        var kind = StreamEventKind.Content;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                hasChoices = ReadChoices(ref reader, count, ref text);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    hasUsage = true;
                    if (TokenUsage.TryRead(ref reader, out var usage)) (Usage, UsageInsane) = (usage, false);
                    else UsageInsane = true;
                }
                else if (reader.TokenType == JsonTokenType.Null)
                {
                    NullUsageAt = (int)reader.TokenStartIndex;
                }
                else
                {
                    reader.TrySkip();
                }
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String)
                {
                    kind = StreamEventKind.Error;
                    Error = "error event";
                }

                reader.TrySkip();
            }
            else
            {
                other |= reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("b64_json"u8);
                reader.Read();
                reader.TrySkip();
            }
        }

        // Anything behind the object makes it something else than one JSON text.
        while (reader.Read())
        {
        }

        if (kind == StreamEventKind.Error) return kind;
        return hasUsage && !hasChoices && !other ? StreamEventKind.UsageOnly : StreamEventKind.Content;
    }

    /// <summary>True if there is at least one choice.</summary>
    private bool ReadChoices(ref Utf8JsonReader reader, bool count, ref OutputTokenEstimator text)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.TrySkip();
            return false;
        }

        var any = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            any = true;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.TrySkip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("finish_reason"u8))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String) FinishReason = FinishReasons.Intern(reader.ValueSpan);
                    else reader.TrySkip();
                }
                else if (count && (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8)))
                {
                    reader.Read();
                    AnswerText.Feed(ref reader, ref text);
                }
                else if (count && reader.ValueTextEquals("text"u8))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String) text.Add(reader.ValueSpan, reader.ValueIsEscaped);
                    else reader.TrySkip();
                }
                else
                {
                    reader.Read();
                    reader.TrySkip();
                }
            }
        }

        return any;
    }
}
