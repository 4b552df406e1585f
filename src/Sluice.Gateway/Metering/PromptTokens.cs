using System.Buffers;
using System.Text.Json;

namespace Sluice.Gateway.Metering;

/// <summary>
/// Tokens of the prompt where the upstream did not say. A body that was kept is counted with the vocabulary, the way OpenAI describes it: the text,
/// four tokens a message, three for the answer's start. Of any other there is the estimate that limits were taken by.
/// </summary>
public static class PromptTokens
{
    private const int PerMessage = 4;
    private const int ForAnswer = 3;

    public static long Of(Exchange exchange)
    {
        var body = exchange.Body.Memory.Span;
        if (body.IsEmpty || body.Length > Stages.CallUpstream.KeptBodyMax || !TokenCounter.IsReady) return exchange.PromptTokensEstimate;
        return Count(body);
    }

    /// <param name="body">A request body that was found to be valid.</param>
    public static long Count(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Requests.RequestReader.DepthMax });
        var tokens = 0L;
        var messages = 0;
        var isText = false;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    isText = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("prompt"u8)
                        || reader.ValueTextEquals("suffix"u8) || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("name"u8)
                        || reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("description"u8) || reader.ValueTextEquals("reasoning_content"u8);
                    if (reader.ValueTextEquals("role"u8)) messages++;
                    break;
                case JsonTokenType.String when isText:
                    tokens += Text(ref reader);
                    break;
            }
        }

        return messages == 0 ? tokens : tokens + messages * PerMessage + ForAnswer;
    }

    private static int Text(ref Utf8JsonReader reader)
    {
        var rented = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        var count = TokenCounter.Count(rented.AsSpan(0, reader.CopyString(rented)));
        ArrayPool<char>.Shared.Return(rented);
        return count;
    }
}
