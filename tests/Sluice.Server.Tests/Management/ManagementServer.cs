using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway;
using Sluice.Gateway.Changes;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Connecting;
using Sluice.Server.Management;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Tests.Management;

/// <summary>The management API on a real port with a database of its own: organisations A (the operator's) and B, and tokens of every sort.</summary>
public sealed class ManagementServer : IAsyncLifetime
{
    public const string OrganisationA = "org_a";
    public const string OrganisationB = "org_b";
    public const string ProjectA = "prj_a0";
    public const string ProjectB = "prj_b0";
    public const string ConfiguredId = "cfg_sandbox";

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-management-").FullName;
    private readonly CollectedLog _log = new();
    private WebApplication? _app;

    /// <summary>What a test puts in before the management API's own services.</summary>
    internal Action<IServiceCollection>? With { get; init; }
    /// <summary>Another node of the same installation: its database and its keys are taken, and nothing is made anew.</summary>
    public ManagementServer? SecondOf { get; init; }
    /// <summary>The database; a SQLite file of its own where left out.</summary>
    public StorageOptions? Storage { get; init; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero));
    public KeyHasher Hasher { get; private set; } = null!;
    public RecordedChanges Changes { get; } = new();
    public SluiceDatabase Database { get; private set; } = null!;
    public HttpClient Http { get; private set; } = null!;

    public string OwnToken { get; private set; } = "";
    public string OtherToken { get; private set; } = "";
    public string RevokedToken { get; private set; } = "";
    public string ExpiredToken { get; private set; } = "";
    public string SetupToken { get; private set; } = "";
    /// <summary>A live key of the data plane, in organisation A.</summary>
    public string DataPlaneKey { get; private set; } = "";

    public IReadOnlyList<Endpoint> Endpoints => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints;
    /// <summary>What the server logged as a warning or worse.</summary>
    public string Log => _log.Text;

    public IServiceProvider Services => _app!.Services;

    public async ValueTask InitializeAsync()
    {
        Database = SluiceDatabase.Open(SecondOf?.Storage ?? Storage ?? StorageOptions.Sqlite(Path.Combine(_folder, "sluice.db")), Time);
        await Database.PrepareAsync(CancellationToken.None);
        var material = KeyMaterial.Load(Path.Combine(SecondOf?._folder ?? _folder, "keys"), databaseNeedsKeys: false);
        Hasher = new KeyHasher(material.Peppers);
        if (SecondOf is null)
            await SeedAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Database);
        builder.Services.AddSingleton(Hasher);
        builder.Services.AddSingleton<IChangeListener>(Changes);
        await StorageParts.AddAsync(builder.Services, material, Database, _folder, Time);
        With?.Invoke(builder.Services);
        AddGateway(builder.Services);
        builder.Services.AddSingleton(new OperatorHttp(new UpstreamConnector(TimeProvider.System), TimeProvider.System));
        builder.Services.AddManagement(static (_, options) =>
        {
            options.ConfiguredUpstreams = [Configured];
            // All tests call from one address.
            options.StrangerCallsPerMinute = 1_000_000;
            options.StagesOf = _ => ["RecordRequest", "Authenticate"];
            options.CallsOnDay = static (_, day, _) => ValueTask.FromResult(day == new DateOnly(2030, 1, 31).DayNumber ? 7L : 0L);
        });
        _app = builder.Build();
        _app.MapManagement();
        // Stands in for the gateway.
        _app.MapPost("/v1/chat/completions", static http => http.Response.WriteAsync("{}")).WithMetadata(ModelEndpoints.All[0]);
        await _app.Services.GetRequiredService<ChangeFeed>().PrimeAsync(CancellationToken.None);
        await _app.Services.GetRequiredService<UpstreamRegistry>().LoadAsync(CancellationToken.None);
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64, UseCookies = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Sends a call; the body is JSON text unless a content is given.</summary>
    public async Task<Reply> SendAsync(string method, string path, string? body = null, string? token = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        token ??= OwnToken;
        if (token.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        request.Content = content ?? (body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        // Such an answer has no end.
        var bytes = response.Content.Headers.ContentType?.MediaType is "text/event-stream" ? [] : await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new Reply(response.StatusCode, bytes, response.Content.Headers.ContentType?.MediaType,
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value)));
    }

    public async Task<Reply> CreateKeyAsync(string body = """{"name":"k","kind":"test"}""", string? token = null)
    {
        var reply = await SendAsync("POST", "/api/v1/keys", body, token);
        reply.Status.ShouldBe(HttpStatusCode.Created, reply.Text);
        return reply;
    }

    public async Task<string> CreateUpstreamAsync(string name, string extra = "")
    {
        var reply = await SendAsync("POST", "/api/v1/upstreams", $$"""{"name":"{{name}}","kind":"openai","baseUrl":"https://api.example.com/v1","apiKey":"sk-upstream-secret","models":["m"]{{extra}}}""");
        reply.Status.ShouldBe(HttpStatusCode.Created, reply.Text);
        return reply.Json.GetProperty("id").GetString()!;
    }

    private static UpstreamDefinition Configured { get; } = new()
    {
        Id = ConfiguredId,
        Name = "sandbox",
        Kind = UpstreamKind.Sandbox,
        BaseUrl = new Uri("http://sandbox.invalid"),
        ApiKey = new PlainSecret("configured-secret"),
        Models = [new ServedModel("chat", "deepseek-chat"), new ServedModel("deepseek-chat", "deepseek-chat")],
    };

    /// <summary>The gateway as the control plane asks it; it serves nobody here, and no name leads out of this machine.</summary>
    private void AddGateway(IServiceCollection services)
    {
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<IUpstreamDirectory>(s => new UpstreamDirectory(Database, s.GetRequiredService<SecretSealer>(), [Configured], s.GetRequiredService<ILogger<UpstreamDirectory>>()));
        services.AddSingleton<Sluice.Gateway.Records.IRecordStore>(static s => s.GetRequiredService<Sluice.Server.Storage.Records.RecordStorage>());
        services.AddSingleton(new Sluice.Gateway.Sandbox.SandboxOptions { PublicBaseUrl = static () => "http://localhost", ImageSigningKey = new byte[32] });
        services.AddGateway(new GatewayOptions
        {
            ClientAddress = static http => http.Connection.RemoteIpAddress ?? IPAddress.None,
            Ledger = new Sluice.Gateway.Ledger.LedgerOptions { Folder = Path.Combine(_folder, "journal") },
            InstanceName = "bed",
        });
        // Changes are watched by the tests themselves.
        services.Remove(services.Last(static d => d.ServiceType == typeof(IChangeListener)));
        services.AddSingleton(new UpstreamConnector(TimeProvider.System, static (host, _) => host == "localhost"
            ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
            : Task.FromException<IPAddress[]>(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound))));
    }

    public async Task<T> QueryAsync<T>(Func<SluiceDb, Task<T>> query)
    {
        await using var db = Database.CreateContext();
        return await query(db);
    }

    public Task<int> AuditCountAsync() => QueryAsync(db => db.AuditEntries.CountAsync());

    private async Task SeedAsync()
    {
        await using var db = Database.CreateContext();
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (organisation, project) in new[] { (OrganisationA, ProjectA), (OrganisationB, ProjectB) })
        {
            db.Organisations.Add(new OrganisationRow { Id = organisation, Name = organisation, TimeZone = "Asia/Shanghai", CreatedAtMs = organisation == OrganisationA ? now - 10 : now });
            db.Projects.Add(new ProjectRow { Id = project, OrganisationId = organisation, Name = "Default", CreatedAtMs = now - 10, UpdatedAtMs = now - 10 });
        }

        await db.SaveChangesAsync();
        OwnToken = Token(OrganisationA, "own");
        OtherToken = Token(OrganisationB, "other");
        RevokedToken = Token(OrganisationA, "revoked", revokedAtMs: now - 1);
        ExpiredToken = Token(OrganisationA, "expired", expiresAtMs: now);
        SetupToken = Token(OrganisationA, "setup", purpose: KeyPurpose.Setup);
        DataPlaneKey = KeyText.Create(KeyPurpose.Live, out var publicId).Reveal();
        db.Keys.Add(new KeyRow
        {
            Id = "key_data", OrganisationId = OrganisationA, ProjectId = ProjectA, Name = "data", Kind = "production", Enabled = true,
            ScopeRoutes = "[]", ScopeModels = "[]", AllowedNetworks = "[]", CreatedAtMs = now, UpdatedAtMs = now,
        });
        db.KeyCredentials.Add(new KeyCredentialRow
        {
            PublicId = publicId, KeyId = "key_data", OrganisationId = OrganisationA, Hash = Hasher.Hash(DataPlaneKey, out var version), PepperVersion = version,
            LastFour = DataPlaneKey[^4..], CreatedAtMs = now,
        });
        await db.SaveChangesAsync();

        string Token(string organisation, string name, long? revokedAtMs = null, long? expiresAtMs = null, KeyPurpose purpose = KeyPurpose.Management)
        {
            var text = KeyText.Create(purpose, out var id).Reveal();
            db.ManagementTokens.Add(new ManagementTokenRow
            {
                Id = $"mgt_{name}", OrganisationId = organisation, Purpose = purpose is KeyPurpose.Setup ? "setup" : "management", Name = name, PublicId = id,
                Hash = Hasher.Hash(text, out var pepper), PepperVersion = pepper, CreatedAtMs = now - 1000, RevokedAtMs = revokedAtMs, ExpiresAtMs = expiresAtMs,
            });
            return text;
        }
    }
}

/// <summary>What came back.</summary>
public sealed record Reply(HttpStatusCode Status, byte[] Bytes, string? MediaType, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonElement.Parse(Bytes);

    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string Id => Json.GetProperty("id").GetString()!;

    public IReadOnlyList<string> Fields =>
        Json.TryGetProperty("errors", out var errors) ? [.. errors.EnumerateArray().Select(e => e.GetProperty("field").GetString()!)] : [];

    /// <summary>The body without what differs from call to call.</summary>
    public string WithoutRequestId => Text.Replace(Headers["x-request-id"], "req", StringComparison.Ordinal);
}

/// <summary>Listens as the gateway does.</summary>
public sealed class RecordedChanges : IChangeListener
{
    private readonly Lock _lock = new();
    private readonly List<string> _seen = [];

    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_lock)
                return [.. _seen];
        }
    }

    public ValueTask KeyChangedAsync(string keyId, CancellationToken cancellationToken) => Add(keyId);

    public ValueTask OwnerChangedAsync(string ownerId, CancellationToken cancellationToken) => Add(ownerId);

    public ValueTask OrganisationChangedAsync(string organisationId, CancellationToken cancellationToken) => Add(organisationId);

    public ValueTask UpstreamsChangedAsync(CancellationToken cancellationToken) => Add("upstreams");

    private ValueTask Add(string what)
    {
        lock (_lock)
            _seen.Add(what);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Keeps warnings and errors for the message of a failing test.</summary>
internal sealed class CollectedLog : ILoggerProvider, ILogger
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _lines.Enqueue($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
