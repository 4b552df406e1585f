using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI.Chat;

namespace Sluice.Sdk.Tests;

/// <summary>What the library's exception says: its message is made of the error object's type, code, param and message.</summary>
public class ErrorTests(SandboxServer sandbox)
{
    private static readonly ChatMessage[] Question = [new UserChatMessage("Hello!")];

    [Theory]
    [InlineData("sk-something-else", "invalid_api_key")]
    [InlineData("sk-slc_test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_api_key")]
    public async Task A_key_that_is_none_is_refused_as_such(string key, string code)
    {
        var e = await FailureAsync(sandbox.Server.Chat(key: key));
        e.Status.ShouldBe(401);
        e.Message.ShouldContain(code);
    }

    [Fact]
    public async Task A_mistyped_key_is_refused_as_such()
    {
        var key = sandbox.Server.TestKey;
        var typo = key[..^1] + (key[^1] == 'a' ? 'b' : 'a');
        var e = await FailureAsync(sandbox.Server.Chat(key: typo));
        e.Status.ShouldBe(401);
        e.Message.ShouldContain("invalid_api_key");
        e.Message.ShouldContain("mistyped");
        e.Message.ShouldNotContain(typo);
    }

    [Fact]
    public async Task A_missing_key_is_refused_as_such()
    {
        // The library does not go without one; the header's other schemes are as good as none.
        using var client = sandbox.Server.NewClient(null);
        using var response = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative),
            Testing.SluiceServer.Json("""{"model":"deepseek-chat","messages":[{"role":"user","content":"Hello!"}]}"""), TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(401);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("missing_api_key");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_as_such()
    {
        var (key, id) = await sandbox.Server.CreateKeyAsync();
        await sandbox.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke");
        var e = await FailureAsync(sandbox.Server.Chat(key: key));
        e.Status.ShouldBe(401);
        e.Message.ShouldContain("revoked_api_key");
    }

    [Fact]
    public async Task A_missing_permission_is_named()
    {
        var (key, _) = await sandbox.Server.CreateKeyAsync("""{"name":"narrow","kind":"production","scope":{"models":["gpt-*"]}}""");
        var e = await FailureAsync(sandbox.Server.Chat("deepseek-chat", key));
        e.Status.ShouldBe(401);
        e.Message.ShouldContain("missing_permission");
        e.Message.ShouldContain("deepseek-chat");
    }

    [Fact]
    public async Task A_key_used_from_elsewhere_is_told_which_address_was_seen()
    {
        var (key, _) = await sandbox.Server.CreateKeyAsync("""{"name":"office","kind":"production","allowedNetworks":["192.0.2.0/24"]}""");
        var e = await FailureAsync(sandbox.Server.Chat(key: key));
        e.Status.ShouldBe(403);
        e.Message.ShouldContain("ip_not_allowed");
        e.Message.ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        var e = await FailureAsync(sandbox.Server.Chat("no-such-model"));
        e.Status.ShouldBe(404);
        e.Message.ShouldContain("model_not_found");
    }

    [Fact]
    public async Task A_bad_parameter_is_named()
    {
        var e = await FailureAsync(sandbox.Server.Chat("gpt-4o-mini"), new ChatCompletionOptions { Temperature = 3 });
        e.Status.ShouldBe(400);
        e.Message.ShouldContain("Parameter: temperature");
    }

    [Fact]
    public async Task A_rate_limit_is_named_with_its_size()
    {
        var (key, _) = await sandbox.Server.CreateKeyAsync("""{"name":"slow","kind":"production","limits":{"requestsPerMinute":1}}""");
        var client = sandbox.Server.Chat(key: key, retries: new ClientRetryPolicy(0));
        await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        var e = await FailureAsync(client);
        e.Status.ShouldBe(429);
        e.Message.ShouldContain("rate_limit_exceeded");
        e.Message.ShouldContain("1 requests a minute");
    }

    [Fact]
    public async Task A_used_up_quota_is_told_apart_from_a_rate_limit()
    {
        var (key, _) = await sandbox.Server.CreateKeyAsync("""{"name":"small","kind":"test","limits":{"callsPerDay":1}}""");
        var client = sandbox.Server.Chat(key: key, retries: new ClientRetryPolicy(0));
        await client.CompleteChatAsync(Question, cancellationToken: TestContext.Current.CancellationToken);
        var e = await FailureAsync(client);
        e.Status.ShouldBe(429);
        e.Message.ShouldContain("insufficient_quota");
        e.Message.ShouldNotContain("rate_limit");
    }

    [Fact]
    public async Task Every_refusal_carries_its_request_id()
    {
        var e = await FailureAsync(sandbox.Server.Chat("no-such-model"));
        e.GetRawResponse()!.Headers.TryGetValue("x-request-id", out var id).ShouldBeTrue();
        JsonDocument.Parse(e.GetRawResponse()!.Content).RootElement.GetProperty("error").GetProperty("request_id").GetString().ShouldBe(id);
    }

    private static Task<ClientResultException> FailureAsync(ChatClient client, ChatCompletionOptions? options = null)
        => Should.ThrowAsync<ClientResultException>(client.CompleteChatAsync(Question, options, TestContext.Current.CancellationToken));
}
