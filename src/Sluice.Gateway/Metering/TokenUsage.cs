using System.Text.Json;
using Sluice.Gateway.Records;

namespace Sluice.Gateway.Metering;

/// <summary>What a call used, in tokens.</summary>
public struct TokenUsage
{
    /// <summary>More than any model can read or write: a count beyond it is a fault of the upstream's, not a fact.</summary>
    public const long TokensMax = 100_000_000;

    public TokenSource Source;
    public long Prompt;
    public long Cached;
    public long Completion;
    public long Reasoning;

    public readonly long Total => Prompt + Completion;

    /// <summary>
    /// Reads a <c>usage</c> object, the reader standing on its opening brace. Knows the names of chat completions, DeepSeek's cache counts and
    /// those of images and responses. False if nothing in it can be believed.
    /// </summary>
    public static bool TryRead(ref Utf8JsonReader reader, out TokenUsage usage)
    {
        usage = default;
        var sane = true;
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8)) any |= Count(ref reader, ref usage.Prompt, ref sane);
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8)) any |= Count(ref reader, ref usage.Completion, ref sane);
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8)) Count(ref reader, ref usage.Cached, ref sane);
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8)) Detail(ref reader, "cached_tokens"u8, ref usage.Cached, ref sane);
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8)) Detail(ref reader, "reasoning_tokens"u8, ref usage.Reasoning, ref sane);
            else Skip(ref reader);
        }

        if (!sane || !any) return false;
        usage.Cached = Math.Min(usage.Cached, usage.Prompt);
        usage.Reasoning = Math.Min(usage.Reasoning, usage.Completion);
        usage.Source = TokenSource.Reported;
        return true;
    }

    private static void Detail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref long value, ref bool sane)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.TrySkip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name)) Count(ref reader, ref value, ref sane);
            else Skip(ref reader);
        }
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.TrySkip();
    }

    private static bool Count(ref Utf8JsonReader reader, ref long value, ref bool sane)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return false;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count is >= 0 and <= TokensMax)
        {
            value = count;
            return true;
        }

        reader.TrySkip();
        sane = false;
        return false;
    }
}
