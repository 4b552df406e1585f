using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Tests.Secrets;

namespace Sluice.Server.Tests.Storage.Directories;

/// <summary>What the key and upstream directories promise, on every provider.</summary>
public abstract class DirectoryContract : IDisposable
{
    private readonly IStorageBackend _backend;
    private readonly KeyFolder _keys = new();
    private readonly SecretSealer _sealer;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
    private readonly LogLines<KeyDirectory> _keyLog = new();
    private readonly LogLines<UpstreamDirectory> _upstreamLog = new();

    protected DirectoryContract(IStorageBackend backend)
    {
        _backend = backend;
        _sealer = new SecretSealer(_keys.Load());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_key_comes_with_everything_the_data_plane_asks()
    {
        await using var database = await WithAsync(SampleRows.Organisation(), SampleRows.Project(), SampleRows.Key(), SampleRows.Credential());
        var key = (await Directory(database).LoadAllAsync(Token).ToListAsync(Token)).ShouldHaveSingleItem();
        key.Id.ShouldBe("key_1");
        key.Kind.ShouldBe(KeyKind.Test);
        key.TimeZone.Id.ShouldBe("Asia/Shanghai");
        key.ExpiresAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(2_000_000_000_000));
        key.RevokedAt.ShouldBeNull();
        key.Scope.Routes.ShouldBe(["POST /v1/chat/completions"]);
        key.Scope.Models.ShouldBe(["deepseek-*"]);
        key.AllowedNetworks.Select(n => n.ToString()).ShouldBe(["10.0.0.0/8", "2001:db8::/32"]);
        key.Limits.ShouldBe(new KeyLimits(500, 60, 100_000, 8));
        var credential = key.Credentials.ShouldHaveSingleItem();
        credential.PublicId.ShouldBe("abcdefghijkl");
        credential.Hash.ToArray().ShouldBe(SampleRows.Credential().Hash);
        credential.ExpiresAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(3));
        _keyLog.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_in_rotation_has_both_its_credentials_oldest_first()
    {
        var later = SampleRows.Credential("000000000000");
        later.CreatedAtMs = 2;
        await using var database = await WithAsync(SampleRows.Organisation(), SampleRows.Project(), SampleRows.Key(), later, SampleRows.Credential());
        var key = await Directory(database).LoadAsync("key_1", Token);
        key!.Credentials.Select(c => c.PublicId).ShouldBe(["abcdefghijkl", "000000000000"]);
    }

    [Fact]
    public async Task Revoked_disabled_and_bare_keys_are_loaded_too()
    {
        var revoked = SampleRows.Key("key_2");
        revoked.RevokedAtMs = 5;
        revoked.Enabled = false;
        (revoked.ScopeRoutes, revoked.ScopeModels, revoked.AllowedNetworks) = ("[]", "[]", "[]");
        (revoked.CallsPerDay, revoked.RequestsPerMinute, revoked.TokensPerMinute, revoked.Concurrency) = (null, null, null, null);
        await using var database = await WithAsync(SampleRows.Organisation(), SampleRows.Project(), SampleRows.Key(), revoked);
        var key = (await Directory(database).LoadAllAsync(Token).ToListAsync(Token))[1];
        key.RevokedAt.ShouldNotBeNull();
        key.Enabled.ShouldBeFalse();
        key.Scope.ShouldBe(KeyScope.Everything);
        key.Limits.ShouldBe(new KeyLimits());
        key.Credentials.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_that_is_gone_is_null()
    {
        await using var database = await WithAsync();
        (await Directory(database).LoadAsync("key_none", Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""["10.0.0.0/8","nonsense"]""")]
    [InlineData("""[1]""")]
    [InlineData("""["10.0.0.0/8"]x""")]
    [InlineData("{}")]
    public async Task A_key_whose_networks_cannot_be_read_is_left_out_and_reported_and_the_others_work(string networks)
    {
        var bad = SampleRows.Key("key_0");
        bad.AllowedNetworks = networks;
        await using var database = await WithAsync(SampleRows.Organisation(), SampleRows.Project(), bad, SampleRows.Credential("zzzzzzzzzzzz", "key_0"), SampleRows.Key(), SampleRows.Credential());
        (await Directory(database).LoadAllAsync(Token).ToListAsync(Token)).ShouldHaveSingleItem().Credentials.ShouldHaveSingleItem().PublicId.ShouldBe("abcdefghijkl");
        _keyLog.Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain("key_0"));
    }

    [Fact]
    public async Task A_key_in_an_unknown_time_zone_is_left_out_and_reported()
    {
        await using var database = await WithAsync(SampleRows.Organisation(timeZone: "Atlantis/Centre"), SampleRows.Project(), SampleRows.Key());
        (await Directory(database).LoadAllAsync(Token).ToListAsync(Token)).ShouldBeEmpty();
        _keyLog.Lines.ShouldHaveSingleItem().Text.ShouldContain("key_1");
    }

    [Fact]
    public async Task Configured_and_stored_upstreams_come_together()
    {
        var stored = SampleRows.Upstream();
        stored.SealedApiKey = _sealer.Seal(new PlainSecret("sk-up"), "ups_1", SecretFields.UpstreamApiKey, new Uri(stored.BaseUrl));
        await using var database = await WithAsync(stored);
        var all = await new UpstreamDirectory(database, _sealer, [Configured("openai")], _upstreamLog).LoadAllAsync(Token);
        all.Select(u => u.Id).ShouldBe(["cfg_openai", "ups_1"]);
        var upstream = all[1];
        upstream.Kind.ShouldBe(UpstreamKind.OpenAI);
        upstream.BaseUrl.ShouldBe(new Uri("https://api.deepseek.com/v1"));
        upstream.ApiKey!.Reveal().ShouldBe("sk-up");
        upstream.Models.ShouldBe([new ServedModel("deepseek-chat", "deepseek-chat"), new ServedModel("fast", "deepseek-reasoner")]);
        upstream.Weight.ShouldBe(10);
        upstream.FirstByteTimeout.ShouldBe(TimeSpan.FromMinutes(10));
        _upstreamLog.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://evil.example/v1")]
    [InlineData("http://api.deepseek.com/v1")]
    public async Task Credentials_are_not_sent_to_a_url_that_was_swapped_in_the_database(string url)
    {
        var stored = SampleRows.Upstream();
        stored.SealedApiKey = _sealer.Seal(new PlainSecret("sk-up"), "ups_1", SecretFields.UpstreamApiKey, new Uri(stored.BaseUrl));
        stored.BaseUrl = url;
        await using var database = await WithAsync(stored, SampleRows.Upstream("ups_2", "other"));
        (await new UpstreamDirectory(database, _sealer, [], _upstreamLog).LoadAllAsync(Token)).ShouldHaveSingleItem().Id.ShouldBe("ups_2");
        _upstreamLog.Lines.ShouldHaveSingleItem().Text.ShouldContain("does not open");
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("url")]
    [InlineData("userinfo")]
    [InlineData("models")]
    [InlineData("alias")]
    public async Task An_upstream_that_cannot_be_understood_is_left_out_and_reported(string what)
    {
        var bad = SampleRows.Upstream();
        if (what == "kind") bad.Kind = "carrier-pigeon";
        if (what == "url") bad.BaseUrl = "ftp://x";
        if (what == "userinfo") bad.BaseUrl = "https://user:pass@x/v1";
        if (what == "models") bad.Models = "deepseek-chat";
        if (what == "alias") bad.Models = """["=x"]""";
        await using var database = await WithAsync(bad, SampleRows.Upstream("ups_2", "other"));
        (await new UpstreamDirectory(database, _sealer, [], _upstreamLog).LoadAllAsync(Token)).ShouldHaveSingleItem().Id.ShouldBe("ups_2");
        _upstreamLog.Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Text.ShouldContain("ups_1"), l => l.Text.ShouldNotContain("pass"));
    }

    [Fact]
    public async Task A_stored_upstream_with_a_configured_name_is_hidden_and_reported()
    {
        await using var database = await WithAsync(SampleRows.Upstream());
        (await new UpstreamDirectory(database, _sealer, [Configured("DeepSeek")], _upstreamLog).LoadAllAsync(Token)).ShouldHaveSingleItem().Id.ShouldBe("cfg_DeepSeek");
        _upstreamLog.Lines.ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Warning);
    }

    private KeyDirectory Directory(SluiceDatabase database) => new(database, _sealer, _time, _keyLog);

    private static UpstreamDefinition Configured(string name) =>
        new() { Id = "cfg_" + name, Name = name, Kind = UpstreamKind.OpenAI, BaseUrl = new Uri("https://api.openai.com/v1"), Models = [] };

    private async Task<SluiceDatabase> WithAsync(params object[] rows)
    {
        var database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        await using var db = database.CreateContext();
        db.AddRange(rows);
        await db.SaveChangesAsync(Token);
        return database;
    }
}

public sealed class SqliteDirectoryTests : DirectoryContract
{
    private readonly SqliteBackend _backend;

    public SqliteDirectoryTests() : this(new SqliteBackend()) { }

    private SqliteDirectoryTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public override void Dispose()
    {
        base.Dispose();
        _backend.Dispose();
    }
}

public sealed class PostgresDirectoryTests() : DirectoryContract(new PostgresBackend());
