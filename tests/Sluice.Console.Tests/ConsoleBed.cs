using System.Net.Http.Json;
using Sluice.Testing;

namespace Sluice.Console.Tests;

/// <summary>A server with its operator, Ada of Acme, for a test class.</summary>
public sealed class ConsoleBed : IAsyncLifetime
{
    public const string Email = "ada@acme.example";
    public const string Password = "four words out of nowhere";

    public SluiceServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await SluiceServer.StartAsync(new SluiceServerOptions());
        await SetUpAsync(Server);
    }

    /// <summary>Makes Ada the operator of a fresh server.</summary>
    public static async Task SetUpAsync(SluiceServer server)
    {
        using var client = server.NewClient(null);
        var token = new Uri(server.FirstRun.SetupUrl).Query.Replace("?token=", "", StringComparison.Ordinal);
        using var answer = await client.PostAsJsonAsync("/api/v1/setup", new { token, email = Email, password = Password, name = "Ada", organisationName = "Acme", timeZone = "Asia/Shanghai" });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Ada, signed in.</summary>
    public async Task<ConsoleVisitor> AdaAsync(string language = "en")
    {
        var visitor = new ConsoleVisitor(Server.BaseUrl, language);
        await visitor.SignInAsync(Email, Password);
        return visitor;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
