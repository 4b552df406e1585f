using System.Net.Http.Json;
using System.Text.Json;
using OpenAI.Embeddings;
using Sluice.Testing;

namespace Sluice.Sdk.Tests;

public class EmbeddingTests(SandboxServer sandbox)
{
    [Fact]
    public async Task Texts_become_vectors_in_their_order()
    {
        // This library always asks for base64.
        OpenAIEmbeddingCollection vectors = await sandbox.Server.Embeddings().GenerateEmbeddingsAsync(["one", "two", "one"], cancellationToken: TestContext.Current.CancellationToken);
        vectors.Select(v => v.Index).ShouldBe([0, 1, 2]);
        vectors[0].ToFloats().Length.ShouldBe(1536);
        vectors[2].ToFloats().ToArray().ShouldBe(vectors[0].ToFloats().ToArray());
        vectors[1].ToFloats().ToArray().ShouldNotBe(vectors[0].ToFloats().ToArray());
        vectors.Usage.TotalTokenCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_vector_has_the_dimensions_that_were_asked_for()
    {
        OpenAIEmbedding vector = await sandbox.Server.Embeddings("text-embedding-3-large").GenerateEmbeddingAsync("one", new EmbeddingGenerationOptions { Dimensions = 64 }, TestContext.Current.CancellationToken);
        vector.ToFloats().Length.ShouldBe(64);
    }

    [Fact]
    public async Task A_vector_in_base64_is_the_one_in_floats()
    {
        OpenAIEmbedding packed = await sandbox.Server.Embeddings().GenerateEmbeddingAsync("one", cancellationToken: TestContext.Current.CancellationToken);
        using var response = await sandbox.Server.Client.PostAsync(new Uri("/v1/embeddings", UriKind.Relative),
            SluiceServer.Json("""{"model":"text-embedding-3-small","input":["one"],"encoding_format":"float"}"""), TestContext.Current.CancellationToken);
        var plain = (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("data")[0].GetProperty("embedding");
        plain.EnumerateArray().Select(e => e.GetSingle()).ShouldBe(packed.ToFloats().ToArray());
    }
}
