using System.Net.Http.Json;
using System.Text.Json;
using Sluice.Testing;

namespace Sluice.Console.Tests.Pages.Observe;

/// <summary>A server that answered three calls and refused six of one key, whose name is hostile, and one call of it for a model that is not there.</summary>
public sealed class CalledBed : IAsyncLifetime
{
    public const string KeyName = "<script>alert('key')</script>";
    public const string Refused = "no-such <img src=x onerror=alert(1)>";
    public const int Answered = 3;
    public const int Failed = 6;

    public SluiceServer Server { get; private set; } = null!;

    public string KeyId { get; private set; } = "";

    public string AnsweredId { get; private set; } = "";

    public string RefusedId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Server = await SluiceServer.StartAsync(new SluiceServerOptions());
        await ConsoleBed.SetUpAsync(Server);
        using var open = Server.NewClient(null);
        using var session = await open.PostAsJsonAsync("/api/v1/sessions", new { email = ConsoleBed.Email, password = ConsoleBed.Password, deliver = "token" });
        using var api = Server.NewClient(null);
        api.DefaultRequestHeaders.Authorization = new("Bearer", (await session.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString());
        using var made = await api.PostAsJsonAsync("/api/v1/keys", new { name = KeyName, kind = "test", limits = new { callsPerDay = 10 } });
        var key = await made.Content.ReadFromJsonAsync<JsonElement>();
        KeyId = key.GetProperty("id").GetString()!;
        using var caller = Server.NewClient(key.GetProperty("key").GetString());
        for (var i = 0; i < Answered; i++) AnsweredId = await CallAsync(caller, "deepseek-chat");
        for (var i = 0; i < Failed; i++) RefusedId = await CallAsync(caller, Refused);
        // Records are written a moment after their calls, in order.
        for (var i = 0; i < 200; i++)
        {
            using var found = await api.GetAsync("/api/v1/requests/" + RefusedId);
            if (found.IsSuccessStatusCode) return;
            await Task.Delay(50);
        }
    }

    public async Task<ConsoleVisitor> AdaAsync(string language = "en")
    {
        var visitor = new ConsoleVisitor(Server.BaseUrl, language);
        await visitor.SignInAsync(ConsoleBed.Email, ConsoleBed.Password);
        return visitor;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static async Task<string> CallAsync(HttpClient caller, string model)
    {
        using var answer = await caller.PostAsJsonAsync("/v1/chat/completions", new { model, messages = (object[])[new { role = "user", content = "Hello" }] });
        await answer.Content.ReadAsStringAsync();
        return answer.Headers.GetValues("x-request-id").Single();
    }
}
