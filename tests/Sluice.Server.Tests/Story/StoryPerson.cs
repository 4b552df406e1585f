using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Server.Tests.Story;

/// <summary>Somebody who does everything by the API: with the token of a session.</summary>
public sealed class StoryPerson(SluiceServer server, string name) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.BaseUrl) };

    public string Email => $"{name}@rivers.example";
    public string Password => $"{name} walks along the river at night";

    /// <summary>The organisation that the person acts in, once they said so.</summary>
    public string? Organisation { get; set; }

    /// <summary>What the last answer's status was.</summary>
    public int Status { get; private set; }

    public async Task<JsonElement> DoAsync(string method, string path, object? body = null, int? expect = null)
    {
        var text = await TextAsync(method, path, body);
        if (expect is { } status)
            Status.ShouldBe(status, $"{method} {path}: {text}");
        else
            Status.ShouldBeInRange(200, 299, $"{method} {path}: {text}");
        var answer = text.Length == 0 ? default : JsonElement.Parse(Encoding.UTF8.GetBytes(text));
        if (Status is 201 && path is "/sessions" or "/setup" && answer.TryGetProperty("token", out var token))
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetString());
        return answer;
    }

    public async Task<string> TextAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path);
        if (Organisation is not null)
            request.Headers.Add("sluice-organisation", Organisation);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        Status = (int)answer.StatusCode;
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task SignInAsync() => await DoAsync("POST", "/sessions", new { email = Email, password = Password });

    /// <summary>Calls a model with a key.</summary>
    public async Task<(int Status, string Text)> ChatAsync(string key, string model = "deepseek-chat")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Content = new StringContent(JsonSerializer.Serialize(new { model, messages = new[] { new { role = "user", content = "hello" } }, max_tokens = 5 }), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void Dispose() => _http.Dispose();
}
