using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Images;
using OpenAI.Models;
using Sluice.Testing;

namespace Sluice.Sdk.Tests;

/// <summary>The official library's clients, set up as a user would: base address and key, nothing else.</summary>
internal static class SdkClients
{
    public static ChatClient Chat(this SluiceServer server, string model = "deepseek-chat", string? key = null, ClientRetryPolicy? retries = null)
        => new(model, new ApiKeyCredential(key ?? server.TestKey), Options(server, retries));

    public static EmbeddingClient Embeddings(this SluiceServer server, string model = "text-embedding-3-small")
        => new(model, new ApiKeyCredential(server.TestKey), Options(server, null));

    public static ImageClient Images(this SluiceServer server, string model)
        => new(model, new ApiKeyCredential(server.TestKey), Options(server, null));

    public static OpenAIModelClient Models(this SluiceServer server, string? key = null)
        => new(new ApiKeyCredential(key ?? server.TestKey), Options(server, null));

    private static OpenAIClientOptions Options(SluiceServer server, ClientRetryPolicy? retries)
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri(server.BaseUrl + "/v1"), NetworkTimeout = TimeSpan.FromMinutes(5) };
        if (retries is not null) options.RetryPolicy = retries;
        return options;
    }
}
