using System.Text.Json;
using Sluice.Gateway.Requests;

namespace Sluice.Server.Management.Upstreams;

/// <summary>The models that an upstream says it has, in OpenAI's form of a list.</summary>
internal static class ModelNames
{
    private const int CountMax = 1000;

    /// <summary>In order, each once, without what cannot be a name; <see langword="null"/> if the answer is not such a list.</summary>
    public static IReadOnlyList<string>? In(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("data", out var data) && data.ValueKind is JsonValueKind.Array
                ? [.. data.EnumerateArray().Select(Name).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(CountMax)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Name(JsonElement entry) =>
        entry.ValueKind is JsonValueKind.Object && entry.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String
        && id.GetString() is { Length: > 0 and <= RequestFacts.ModelNameMax } name && !name.Any(char.IsControl) ? name : null;
}
