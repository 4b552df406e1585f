using System.Text.Json;
using Sluice.Contracts.Chat;
using Sluice.Contracts.Json;
using Sluice.Contracts.Sse;

namespace Sluice.Contracts.Tests;

/// <summary>The invented payloads under <c>Samples/</c>.</summary>
internal static class SampleFiles
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Samples");

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Root, name));

    public static IEnumerable<string> Names(string pattern, string folder = "")
        => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern).Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    public static TheoryData<string> Streams() => [.. Names("*.sse")];

    /// <summary>The data of every complete event, and what is left of one that was cut.</summary>
    public static (List<string> Data, string? Cut) Events(string name)
    {
        var reader = new SseReader();
        var data = new List<string>();
        foreach (var frame in reader.Feed(Bytes(name))) data.Add(System.Text.Encoding.UTF8.GetString(frame.Data));
        return (data, reader.TryTakeIncomplete(out var cut) ? System.Text.Encoding.UTF8.GetString(cut.Data) : null);
    }

    public static ChatCompletionAccumulator Accumulate(string name)
    {
        var answer = new ChatCompletionAccumulator();
        foreach (var data in Events(name).Data)
        {
            if (data == "[DONE]") answer.AddDone();
            else answer.Add(JsonSerializer.Deserialize(data, SluiceJson.Default.ChatCompletionChunk)!);
        }

        return answer;
    }
}
