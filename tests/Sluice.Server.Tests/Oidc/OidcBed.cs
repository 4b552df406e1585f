using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Server.Accounts;
using Sluice.Server.Management;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;
using Sluice.Testing;

namespace Sluice.Server.Tests.Oidc;

/// <summary>The whole server with one identity provider, and browsers that go back and forth between them.</summary>
internal sealed class OidcBed : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly SluiceServerOptions _options;

    private OidcBed(TestProvider provider, SluiceServer server, TempFolder folder, SluiceServerOptions options) => (Provider, Server, _folder, _options) = (provider, server, folder, options);

    public TestProvider Provider { get; }
    public SluiceServer Server { get; private set; }

    public static Task<OidcBed> StartAsync(params (string Name, string? Value)[] settings) => StartAsync(10_000, settings);

    /// <param name="callsPerMinute">What one address may do; tests all come from one.</param>
    /// <param name="settings">Of the provider, unless they begin with <c>Sluice</c>.</param>
    public static async Task<OidcBed> StartAsync(int callsPerMinute, params (string Name, string? Value)[] settings)
    {
        var provider = await TestProvider.StartAsync();
        var folder = new TempFolder();
        var options = new SluiceServerOptions
        {
            DataFolder = folder.File("data"),
            Services = services =>
            {
                var usual = services.Single(d => d.ServiceType == typeof(ManagementOptions)).ImplementationFactory!;
                services.AddSingleton(provided =>
                {
                    var changed = (ManagementOptions)usual(provided);
                    changed.StrangerCallsPerMinute = callsPerMinute;
                    return changed;
                });
            },
            Settings = new()
            {
                ["Sluice:Oidc:0:Name"] = "acme", ["Sluice:Oidc:0:Title"] = "Acme", ["Sluice:Oidc:0:Issuer"] = provider.Issuer, ["Sluice:Oidc:0:ClientId"] = TestProvider.ClientId,
                ["Sluice:Oidc:0:ClientSecret"] = TestProvider.ClientSecret, ["Sluice:Oidc:0:AutoCreate"] = "true", ["Sluice:Oidc:0:TrustEmail"] = "true",
            },
        };
        Change(options, settings);
        try
        {
            return new OidcBed(provider, await SluiceServer.StartAsync(options), folder, options);
        }
        catch
        {
            await provider.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Starts the server anew on the same data, with more settings.</summary>
    public async Task RestartAsync(params (string Name, string? Value)[] settings)
    {
        await Server.DisposeAsync();
        Change(_options, settings);
        Server = await SluiceServer.StartAsync(_options);
    }

    private static void Change(SluiceServerOptions options, (string Name, string? Value)[] settings)
    {
        foreach (var (name, value) in settings) options.Settings[name.StartsWith("Sluice:", StringComparison.Ordinal) ? name : "Sluice:Oidc:0:" + name] = value;
    }

    public Browser NewBrowser() => new(Server.BaseUrl, () => Server.Output);

    public async Task<T> QueryAsync<T>(Func<SluiceDb, Task<T>> query)
    {
        await using var db = Server.Services.GetRequiredService<SluiceDatabase>().CreateContext();
        return await query(db);
    }

    /// <summary>Somebody who signed up with a password before.</summary>
    public async Task<string> AddAccountAsync(string email, bool confirmed = true)
    {
        var now = TimeProvider.System.GetUtcNow();
        var account = AccountUsers.NewRow(ObjectId.New(ObjectId.Account, now), EmailAddress.Parse(email)!, "Ada", "en", "hash", now.ToUnixTimeMilliseconds());
        account.EmailConfirmed = confirmed;
        return await QueryAsync(async db =>
        {
            db.Accounts.Add(account);
            await db.SaveChangesAsync();
            return account.Id;
        });
    }

    public Task<string> OrganisationAsync() => QueryAsync(db => db.Organisations.Select(o => o.Id).FirstAsync());

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>One bed for the tests of a class that do not mind each other: each comes as somebody else.</summary>
public sealed class SharedBed : IAsyncLifetime
{
    private OidcBed _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await OidcBed.StartAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    /// <summary>With a provider that says what is usual, of a person whom nobody has seen.</summary>
    internal OidcBed Fresh()
    {
        _bed.Provider.Reset(Guid.CreateVersion7().ToString("N"));
        return _bed;
    }
}

/// <summary>What a browser does: keeps cookies, and goes where it is sent when told to.</summary>
/// <param name="log">For the message of a test that fails.</param>
internal sealed class Browser(string baseUrl, Func<string> log) : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private HttpClient? _client;

    private HttpClient Client => _client ??= new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = new Uri(baseUrl) };

    /// <summary>The token of the session cookie, or <see langword="null"/>.</summary>
    public string? Session => _cookies.GetCookies(new Uri(baseUrl + "/console"))["sluice_session"]?.Value;

    public Task<HttpResponseMessage> GetAsync(string url) => Client.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);

    /// <summary>From the button to the address that the provider sends the browser back to, which is not opened yet.</summary>
    public async Task<string> ToCallbackAsync(string path = "/auth/oidc/acme")
    {
        using var start = await GetAsync(path);
        start.StatusCode.ShouldBe(HttpStatusCode.Redirect, log());
        using var authorised = await GetAsync(start.Headers.Location!.AbsoluteUri);
        authorised.StatusCode.ShouldBe(HttpStatusCode.Redirect, await authorised.Content.ReadAsStringAsync());
        return authorised.Headers.Location!.AbsoluteUri;
    }

    /// <summary>All the way. Gives status and page.</summary>
    public async Task<(HttpStatusCode Status, string Page)> SignInAsync(string path = "/auth/oidc/acme") => await OpenAsync(await ToCallbackAsync(path));

    public async Task<(HttpStatusCode Status, string Page)> OpenAsync(string url)
    {
        using var page = await GetAsync(url);
        return (page.StatusCode, await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonElement> WhoAmIAsync()
    {
        // As the console asks: with the session that its cookie holds.
        var (status, text) = await OpenAsync("/console/files/whoami");
        status.ShouldBe(HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }

    public void Dispose() => _client?.Dispose();
}
