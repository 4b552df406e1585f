using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Contracts.Errors;

namespace Sluice.Gateway.Upstreams;

/// <summary>Reads an upstream's refusal and decides what the caller is told: the caller's faults with the upstream's words, the operator's without them.</summary>
public static class UpstreamReplies
{
    private const int ErrorBytesMax = 16 * 1024;
    private const int MessageMax = 2000;
    private static readonly SearchValues<char> WordCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(1);

    /// <summary>For an answer with a status other than 2xx.</summary>
    public static async ValueTask<Refusal> RefusalAsync(Exchange exchange, UpstreamReply reply, TimeProvider time)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ErrorBytesMax);
        var length = 0;
        try
        {
            while (length < ErrorBytesMax)
            {
                var read = await reply.ReadAsync(buffer.AsMemory(length, ErrorBytesMax - length));
                if (read == 0) break;
                length += read;
            }
        }
        catch (UpstreamException e)
        {
            // The status says enough.
            exchange.CallerLeft |= e.Failure == UpstreamFailure.CallerLeft;
        }

        try
        {
            var refusal = FromErrorBody(exchange, reply.Status, buffer.AsSpan(0, length));
            return refusal.Error.Status is 429 or 503 ? refusal with { RetryAfter = RetryAfter(reply.RetryAfter, time) } : refusal;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static Refusal FromErrorBody(Exchange exchange, int status, ReadOnlySpan<byte> body) => FromErrorBody(exchange.Candidate!.Definition, status, body);

    /// <summary>The same, of an upstream that is asked without a call.</summary>
    public static Refusal FromErrorBody(UpstreamDefinition upstream, int status, ReadOnlySpan<byte> body)
    {
        var name = upstream.Name;
        var said = Read(body);
        if (upstream.ApiKey?.Reveal() is { } key && (Holds(said.Message) || Holds(said.Type) || Holds(said.Param) || Holds(said.Code))) said = default;
        switch (status)
        {
            case >= 300 and < 400:
                return new(ErrorCodes.UpstreamRedirect, $"It was upstream '{name}'.");
            case 401 or 403:
                return new(ErrorCodes.UpstreamAuth, $"It was upstream '{name}'.");
            case 402:
                return new(ErrorCodes.UpstreamBalance, $"It was upstream '{name}'.");
            case 408 or 504:
                return new(ErrorCodes.UpstreamTimeout, $"Upstream '{name}' answered with status {status}.");
            case 429 when said.Code == "insufficient_quota":
                return new(ErrorCodes.UpstreamBalance, $"It was upstream '{name}'.");
            case 429:
                return new(ErrorCodes.UpstreamRateLimited, $"It was upstream '{name}'.");
            case 503 or 529:
                return new(ErrorCodes.UpstreamOverloaded, $"It was upstream '{name}'.");
            case >= 400 and < 500:
                // The caller's request was at fault: the upstream knows best what is wrong with it.
                var message = said.Message is null ? $"Upstream '{name}' refused the request with status {status}." : said.Message;
                return new(new(said.Code ?? ErrorCodes.InvalidValue.Code, status, said.Type ?? ErrorCodes.InvalidValue.Type, message, false), Param: said.Param);
            default:
                return new(ErrorCodes.UpstreamError, $"Upstream '{name}' answered with status {status}.");
        }

        // An upstream that repeats what it was sent repeats the operator's key.
        bool Holds(string? text) => text is not null && text.Contains(key, StringComparison.Ordinal);
    }

    private static (string? Message, string? Type, string? Param, string? Code) Read(ReadOnlySpan<byte> body)
    {
        string? message = null, type = null, param = null, code = null;
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: false, default);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isError = reader.ValueTextEquals("error"u8);
                var isMessage = reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("detail"u8);
                if (!reader.Read()) break;
                if (isError && reader.TokenType == JsonTokenType.StartObject)
                {
                    while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    {
                        if (reader.ValueTextEquals("message"u8)) message = Text(ref reader, MessageMax);
                        else if (reader.ValueTextEquals("type"u8)) type = Word(Text(ref reader, 64));
                        else if (reader.ValueTextEquals("param"u8)) param = Text(ref reader, 128);
                        else if (reader.ValueTextEquals("code"u8)) code = Word(Text(ref reader, 64));
                        else if (!reader.Read() || !reader.TrySkip()) break;
                    }
                }
                else if ((isError || isMessage) && reader.TokenType == JsonTokenType.String)
                {
                    message = Clip(reader.GetString(), MessageMax);
                }
                else if (!reader.TrySkip())
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or not text: there is nothing in it that could be passed on.
        }

        return (message, type, param, code);
    }

    private static string? Text(ref Utf8JsonReader reader, int max)
    {
        if (!reader.Read()) return null;
        if (reader.TokenType == JsonTokenType.String) return Clip(reader.GetString(), max);
        if (reader.TokenType == JsonTokenType.Number) return Encoding.UTF8.GetString(reader.ValueSpan);
        reader.TrySkip();
        return null;
    }

    /// <summary>Codes are compared by programs and kept in records: free text is not one.</summary>
    private static string? Word(string? text)
        => text is not null && text.AsSpan().IndexOfAnyExcept(WordCharacters) < 0 ? text : null;

    private static string? Clip(string? text, int max) => string.IsNullOrEmpty(text) ? null : text.Length > max ? text[..max] + "…" : text;

    /// <summary>Seconds or a date; anything else, and anything beyond an hour, is brought to something sane.</summary>
    private static TimeSpan RetryAfter(string? header, TimeProvider time)
    {
        var wait = TimeSpan.FromSeconds(1);
        if (double.TryParse(header, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) wait = TimeSpan.FromSeconds(Math.Min(seconds, 1e6));
        else if (DateTimeOffset.TryParseExact(header, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) wait = at - time.GetUtcNow();
        return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > RetryAfterMax ? RetryAfterMax : wait;
    }
}
