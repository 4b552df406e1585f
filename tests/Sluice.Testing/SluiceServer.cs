using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Contracts.Management;
using Sluice.Server.Hosting;

namespace Sluice.Testing;

/// <summary>What a test changes about the server it starts.</summary>
public sealed record SluiceServerOptions
{
    /// <summary>By path, such as <c>Sluice:Drain:TimeoutSeconds</c>.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>The server sees these variables and no others.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>A settable clock, or <see langword="null"/> for the system's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Kept after the server is gone, so that another can be started on it; <see langword="null"/> for one that is removed.</summary>
    public string? DataFolder { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>To listen on, so that a restarted server is found where it was; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Makes <paramref name="upstream"/> an upstream of the server.</summary>
    /// <param name="models">As in <c>Sluice:Upstreams:N:Models</c>.</param>
    public SluiceServerOptions With(FakeUpstream upstream, string models = "*", string? name = null, params (string Name, string Value)[] more)
    {
        var n = Settings.Keys.Count(k => k.StartsWith("Sluice:Upstreams:", StringComparison.Ordinal) && k.EndsWith(":Name", StringComparison.Ordinal));
        var path = $"Sluice:Upstreams:{n}";
        Settings[$"{path}:Name"] = name ?? $"fake-{n}";
        Settings[$"{path}:BaseUrl"] = upstream.BaseUrl;
        Settings[$"{path}:ApiKey"] = $"upstream-key-{n}";
        Settings[$"{path}:Models"] = models;
        foreach (var (setting, value) in more) Settings[$"{path}:{setting}"] = value;
        return this;
    }
}

/// <summary>The whole server in this process, on a real port, with a data folder of its own. Every stage is on.</summary>
public sealed class SluiceServer : IAsyncDisposable
{
    private readonly TempFolder? _temporary;
    private readonly StringWriter _output;
    private bool _stopped;

    private SluiceServer(SluiceHost host, string dataFolder, TempFolder? temporary, StringWriter output)
    {
        Host = host;
        DataFolder = dataFolder;
        _temporary = temporary;
        _output = output;
        BaseUrl = host.BaseUrl;
        FirstRun = FirstRunFile.Read(dataFolder);
        Client = NewClient(FirstRun.TestKey);
        Management = NewClient(FirstRun.ManagementToken);
    }

    public SluiceHost Host { get; }
    public IServiceProvider Services => Host.App.Services;
    public string DataFolder { get; }
    /// <summary>Without a trailing slash and without <c>/v1</c>.</summary>
    public string BaseUrl { get; }
    public FirstRunFile FirstRun { get; }
    public string TestKey => FirstRun.TestKey;
    public string ManagementToken => FirstRun.ManagementToken;
    /// <summary>Sends the test key.</summary>
    public HttpClient Client { get; }
    /// <summary>Sends the management token.</summary>
    public HttpClient Management { get; }

    /// <summary>Banner and logs so far.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public static async Task<SluiceServer> StartAsync(SluiceServerOptions? options = null)
    {
        options ??= new SluiceServerOptions();
        var temporary = options.DataFolder is null ? new TempFolder() : null;
        var data = options.DataFolder ?? temporary!.File("data");
        var output = new StringWriter();
        SluiceHost? host = null;
        try
        {
            host = await SluiceHost.BuildAsync(["--urls", $"http://127.0.0.1:{options.Port}", "--data", data], new SluiceHostOverrides
            {
                Settings = options.Settings,
                Environment = options.Environment,
                WorkingFolder = Path.GetDirectoryName(data),
                Time = options.Time,
                Output = TextWriter.Synchronized(output),
                Services = options.Services,
            });
            await host.StartAsync();
            return new SluiceServer(host, data, temporary, output);
        }
        catch
        {
            if (host is not null) await host.DisposeAsync();
            temporary?.Dispose();
            throw;
        }
    }

    /// <summary>A client with connections of its own. Retries nothing, follows nothing.</summary>
    /// <param name="key">Sent as bearer token; <see langword="null"/> for none.</param>
    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = int.MaxValue }) { BaseAddress = new Uri(BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Creates a key through the management API.</summary>
    /// <param name="body">JSON as of <c>POST /api/v1/keys</c>; a production key without limits if not given.</param>
    /// <returns>The key text and its id.</returns>
    public async Task<(string Key, string Id)> CreateKeyAsync(string body = """{"name":"made by a test","kind":"production"}""")
    {
        var answer = await ManageAsync(HttpMethod.Post, "/api/v1/keys", body);
        return (answer.GetProperty("key").GetString()!, answer.GetProperty("id").GetString()!);
    }

    /// <summary>A call of the management API that must succeed.</summary>
    public async Task<JsonElement> ManageAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = Json(body);
        using var response = await Management.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path} was answered with {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>The recorded requests, newest first, once there are at least <paramref name="atLeast"/>: records are written behind the journal.</summary>
    public async Task<IReadOnlyList<RequestAnswer>> RequestsAsync(int atLeast = 0, TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            var all = await ReadRequestsAsync();
            if (all.Count >= atLeast) return all;
            if (deadline.IsCancellationRequested) throw new TimeoutException($"{all.Count} requests are recorded, not {atLeast}.");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<RequestAnswer>> ReadRequestsAsync()
    {
        var all = new List<RequestAnswer>();
        string? cursor = null;
        do
        {
            var path = "/api/v1/requests?limit=100" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor));
            var page = (await Management.GetFromJsonAsync(new Uri(path, UriKind.Relative), ManagementJson.Default.RequestPage))!;
            all.AddRange(page.Data);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    /// <summary>A JSON body.</summary>
    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    /// <summary>A chat completion with the client's key.</summary>
    public Task<HttpResponseMessage> ChatAsync(string content = "Hello!", string model = "deepseek-chat", bool stream = false, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = Json($$"""{"model":{{JsonSerializer.Serialize(model)}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":{{JsonSerializer.Serialize(content)}}}]}"""),
        };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Stops as on SIGTERM; the data folder stays until this is disposed.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await Host.App.StopAsync();
        await Host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        Management.Dispose();
        _temporary?.Dispose();
    }
}
