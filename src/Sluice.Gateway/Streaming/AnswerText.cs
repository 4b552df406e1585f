using System.Text.Json;
using Sluice.Gateway.Metering;

namespace Sluice.Gateway.Streaming;

/// <summary>Finds the text that a model wrote in a delta or message, so that it can be counted where the upstream reports no usage.</summary>
internal static class AnswerText
{
    /// <summary>The reader stands on the value of <c>delta</c> or <c>message</c>; it is left on its end.</summary>
    public static void Feed(ref Utf8JsonReader reader, ref OutputTokenEstimator text)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.TrySkip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("refusal"u8);
            var isTools = !isText && reader.ValueTextEquals("tool_calls"u8);
            reader.Read();
            if (isText && reader.TokenType == JsonTokenType.String) text.Add(reader.ValueSpan, reader.ValueIsEscaped);
            else if (isTools && reader.TokenType == JsonTokenType.StartArray) FeedTools(ref reader, ref text);
            else reader.TrySkip();
        }
    }

    // Names and arguments are what the model wrote; ids and indexes are not.
    private static void FeedTools(ref Utf8JsonReader reader, ref OutputTokenEstimator text)
    {
        var depth = reader.CurrentDepth;
        var written = false;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth))
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                written = reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("name"u8);
            else if (reader.TokenType == JsonTokenType.String && written)
                text.Add(reader.ValueSpan, reader.ValueIsEscaped);
        }
    }
}
