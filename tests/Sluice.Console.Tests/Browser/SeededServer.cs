using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Console.Tests.Browser;

/// <summary>A server that has been used: projects, keys with awkward names, calls that went well and calls that were refused.</summary>
public sealed class SeededServer : IAsyncLifetime
{
    private static readonly string[] KeyNames =
    [
        "production-web", "staging", "移动端正式密钥", "مفتاح الاختبار", "😀 emoji key 👩‍👩‍👧", new('x', 100), "<script>alert('key')</script>", "\"><img src=x onerror=alert(1)>", "批量任务-夜间",
    ];

    public SluiceServer Server { get; private set; } = null!;

    public string KeyId { get; private set; } = "";

    public string RequestId { get; private set; } = "";

    public string RefusedId { get; private set; } = "";

    public string ProjectId { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await SluiceServer.StartAsync(new SluiceServerOptions());
        await ConsoleBed.SetUpAsync(Server);
        using var api = await SignedInAsync();
        ProjectId = (await PostAsync(api, "/api/v1/projects", new { name = "Website <b>2026</b>" })).GetProperty("id").GetString()!;
        var secret = "";
        foreach (var name in KeyNames)
        {
            var key = await PostAsync(api, "/api/v1/keys", new { name, kind = "test", tags = (string[])["web", "<i>tag</i>"] });
            if (KeyId.Length == 0) (KeyId, secret) = (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
        }

        using var caller = Server.NewClient(secret);
        for (var i = 0; i < 12; i++) RequestId = await CallAsync(caller, "deepseek-chat", "Hello <script>alert(1)</script>", stream: i % 2 == 0);
        RefusedId = await CallAsync(caller, "no-such-model <img src=x onerror=alert(1)>", "Hello", stream: false);
        await PostAsync(api, "/api/v1/roles", new { name = "Reads <u>logs</u>", permissions = (object[])[new { action = "logs.read", days = 7 }] });
        // Records are written a moment after their calls.
        for (var i = 0; i < 100; i++)
        {
            using var found = await api.GetAsync("/api/v1/requests/" + RefusedId, Token);
            if (found.IsSuccessStatusCode) break;
            await Task.Delay(100, Token);
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>The address with the ids of what is there.</summary>
    public string Filled(string path) => path.Replace("{key}", KeyId, StringComparison.Ordinal).Replace("{request}", RequestId, StringComparison.Ordinal)
        .Replace("{refused}", RefusedId, StringComparison.Ordinal).Replace("{project}", ProjectId, StringComparison.Ordinal);

    private async Task<HttpClient> SignedInAsync()
    {
        using var open = Server.NewClient(null);
        var session = await PostAsync(open, "/api/v1/sessions", new { email = ConsoleBed.Email, password = ConsoleBed.Password, deliver = "token" });
        var api = Server.NewClient(null);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("token").GetString());
        return api;
    }

    private static async Task<JsonElement> PostAsync(HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(path, body, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private static async Task<string> CallAsync(HttpClient caller, string model, string text, bool stream)
    {
        using var answer = await caller.PostAsJsonAsync("/v1/chat/completions", new { model, stream, messages = (object[])[new { role = "user", content = text }] }, Token);
        await answer.Content.ReadAsStringAsync(Token);
        return answer.Headers.GetValues("x-request-id").Single();
    }
}
