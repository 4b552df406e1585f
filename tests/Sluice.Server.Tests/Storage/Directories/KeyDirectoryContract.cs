using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Tests.Secrets;

namespace Sluice.Server.Tests.Storage.Directories;

/// <summary>What the key directory makes of owners, roles, grants and signing secrets, on every provider.</summary>
public abstract class KeyDirectoryContract : IDisposable
{
    private const long Now = 1_700_000_000_000;
    private const string Chat = "POST /v1/chat/completions";

    private readonly IStorageBackend _backend;
    private readonly KeyFolder _keys = new();
    private readonly SecretSealer _sealer;
    private readonly LogLines<KeyDirectory> _log = new();
    private readonly List<object> _rows = [SampleRows.Organisation(), SampleRows.Organisation("org_2"), SampleRows.Project(), SampleRows.Project("prj_2"), SampleRows.Project("prj_3", "org_2")];

    protected KeyDirectoryContract(IStorageBackend backend)
    {
        _backend = backend;
        _sealer = new SecretSealer(_keys.Load());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_key_without_an_owner_is_not_narrowed()
    {
        Add(OwnedKey("key_1", owner: null));
        (await OneAsync()).ShouldSatisfyAllConditions(k => k.OwnerId.ShouldBeNull(), k => k.OwnerRights.ShouldBeNull(), k => k.OwnerStanding.ShouldBe(OwnerStanding.Member));
    }

    [Theory]
    [InlineData("role_owner"), InlineData("role_admin"), InlineData("role_developer")]
    public async Task An_owner_who_may_call_anything_does_not_narrow_the_key(string role)
    {
        AddMember("acc_1", (role, null));
        Add(OwnedKey());
        (await OneAsync()).ShouldSatisfyAllConditions(k => k.OwnerId.ShouldBe("acc_1"), k => k.OwnerRights.ShouldBeNull());
    }

    [Fact]
    public async Task An_ai_application_engineers_key_may_chat_and_nothing_else()
    {
        AddMember("acc_1", ("role_ai_engineer", null));
        Add(OwnedKey());
        var right = (await OneAsync()).OwnerRights.ShouldHaveSingleItem();
        right.Routes.ShouldBe(["GET /v1/chat/completions", Chat]);
        right.Models.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("role_auditor"), InlineData("role_billing"), InlineData(null)]
    public async Task An_owner_without_the_permission_to_call_leaves_the_key_nothing(string? role)
    {
        AddMember("acc_1", role is null ? [] : [(role, null)]);
        Add(OwnedKey());
        (await OneAsync()).ShouldSatisfyAllConditions(k => k.OwnerRights!.ShouldBeEmpty(), k => k.OwnerStanding.ShouldBe(OwnerStanding.Member));
    }

    [Fact]
    public async Task A_custom_role_gives_what_it_says_and_roles_add_up()
    {
        Add(CustomRole("rol_1", """[{"action":"api.call","routes":["POST /v1/embeddings"],"models":["bge-*"]},{"action":"logs.read","days":3}]"""));
        Add(CustomRole("rol_2", """[{"action":"api.*","models":["deepseek-*","glm-5"]}]"""));
        AddMember("acc_1", ("rol_1", null), ("rol_2", null), ("role_ai_engineer", null));
        Add(OwnedKey());
        var rights = (await OneAsync()).OwnerRights!;
        rights.Select(r => $"{string.Join('+', r.Routes)}|{string.Join('+', r.Models)}").Order(StringComparer.Ordinal)
            .ShouldBe([$"GET /v1/chat/completions+{Chat}|", "POST /v1/embeddings|bge-*", "|deepseek-*+glm-5"]);
    }

    [Fact]
    public async Task A_role_given_in_one_project_reaches_keys_of_that_project_only()
    {
        Add(CustomRole("rol_1", """[{"action":"api.call","projects":["prj_2"]}]"""));
        AddMember("acc_1", ("role_ai_engineer", "prj_1"), ("rol_1", null));
        AddMember("acc_2", ("rol_1", "prj_1"));
        Add(OwnedKey("key_1"), OwnedKey("key_2", project: "prj_2"), OwnedKey("key_3", owner: "acc_2"), OwnedKey("key_4", owner: "acc_2", project: "prj_2"));
        var keys = await AllAsync();
        keys[0].OwnerRights!.ShouldHaveSingleItem().Routes.ShouldContain(Chat);
        keys[1].OwnerRights.ShouldBeNull();
        // Given in one project, for another: it reaches neither.
        keys[2].OwnerRights!.ShouldBeEmpty();
        keys[3].OwnerRights!.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_no_longer_a_member_leaves_the_key_nothing()
    {
        Add(Account("acc_1"), OwnedKey("key_1"), OwnedKey("key_2", owner: "acc_never"));
        foreach (var key in await AllAsync())
            key.ShouldSatisfyAllConditions(k => k.OwnerRights!.ShouldBeEmpty(), k => k.OwnerStanding.ShouldBe(OwnerStanding.Removed));
    }

    [Fact]
    public async Task Membership_and_roles_of_another_organisation_do_not_count()
    {
        Add(CustomRole("rol_1", """[{"action":"api.call"}]""", "org_2"));
        AddMember("acc_1", "org_2", ("role_owner", null));
        AddMember("acc_2", ("rol_1", null));
        Add(OwnedKey("key_1"), OwnedKey("key_2", owner: "acc_2"), OwnedKey("key_3", project: "prj_3", organisation: "org_2"));
        var keys = await AllAsync();
        keys[0].OwnerStanding.ShouldBe(OwnerStanding.Removed);
        keys[1].OwnerRights!.ShouldBeEmpty();
        keys[2].OwnerRights.ShouldBeNull();
    }

    [Fact]
    public async Task A_suspended_account_leaves_the_key_nothing()
    {
        AddMember("acc_1", ("role_owner", null));
        _rows.OfType<AccountRow>().Single().SuspendedAtMs = 5;
        Add(OwnedKey());
        (await OneAsync()).ShouldSatisfyAllConditions(k => k.OwnerRights!.ShouldBeEmpty(), k => k.OwnerStanding.ShouldBe(OwnerStanding.Suspended));
    }

    [Fact]
    public async Task A_suspended_organisation_leaves_no_key_anything()
    {
        AddMember("acc_1", ("role_owner", null));
        _rows.OfType<OrganisationRow>().First().SuspendedAtMs = 5;
        Add(OwnedKey("key_1"), OwnedKey("key_2", owner: null), OwnedKey("key_3", owner: null, project: "prj_3", organisation: "org_2"));
        var keys = await AllAsync();
        foreach (var key in keys.Take(2))
            key.ShouldSatisfyAllConditions(k => k.OwnerRights!.ShouldBeEmpty(), k => k.OwnerStanding.ShouldBe(OwnerStanding.OrganisationSuspended));
        keys[2].OwnerRights.ShouldBeNull();
    }

    [Theory]
    [InlineData("not json"), InlineData("""[{"action":"api.call","surprise":1}]"""), InlineData("{}")]
    public async Task A_role_that_cannot_be_understood_allows_nothing_and_is_reported(string permissions)
    {
        Add(CustomRole("rol_1", permissions));
        AddMember("acc_1", ("rol_1", null));
        Add(OwnedKey());
        (await OneAsync()).OwnerRights!.ShouldBeEmpty();
        _log.Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain("rol_1"));
    }

    [Theory]
    [InlineData("critical", PriorityClass.Critical), InlineData("standard", PriorityClass.Standard), InlineData("batch", PriorityClass.Batch)]
    public async Task The_priority_class_comes_along(string text, PriorityClass priority)
    {
        var key = OwnedKey(owner: null);
        key.Priority = text;
        Add(key);
        (await OneAsync()).Priority.ShouldBe(priority);
    }

    [Fact]
    public async Task A_priority_that_is_not_known_spoils_the_key_and_no_other()
    {
        var key = OwnedKey("key_0", owner: null);
        key.Priority = "huge";
        Add(key, OwnedKey("key_1", owner: null));
        (await AllAsync()).ShouldHaveSingleItem().Id.ShouldBe("key_1");
        _log.Lines.ShouldHaveSingleItem().Text.ShouldContain("'huge'");
    }

    [Fact]
    public async Task A_signing_secret_comes_opened()
    {
        var secret = SigningSecret.New();
        var key = OwnedKey("key_1", owner: null);
        key.SealedSigningSecret = SigningSecret.Seal(_sealer, "key_1", secret);
        Add(key, OwnedKey("key_2", owner: null));
        var keys = await AllAsync();
        keys[0].Signing!.Reveal().ShouldBe(secret.Reveal());
        keys[1].Signing.ShouldBeNull();
    }

    [Fact]
    public async Task A_key_whose_signing_secret_does_not_open_is_left_out_and_never_works_unsigned()
    {
        var key = OwnedKey("key_1", owner: null);
        // Copied from another key's row.
        key.SealedSigningSecret = SigningSecret.Seal(_sealer, "key_2", SigningSecret.New());
        Add(key);
        (await AllAsync()).ShouldBeEmpty();
        _log.Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.Level.ShouldBe(LogLevel.Error), l => l.Text.ShouldContain("key_1"));
    }

    [Fact]
    public async Task Grants_that_have_not_ended_come_as_boosts()
    {
        Add(OwnedKey("key_1", owner: null), OwnedKey("key_2", owner: null));
        AddGrant("key_1", "callsPerDay", 10_000, Now - 1000, Now + 1000);
        AddGrant("key_1", "requestsPerMinute", 600, Now + 1000, Now + 2000);
        AddGrant("key_1", "tokensPerMinute", 700, Now - 2000, Now);
        AddGrant("key_1", "concurrency", 9, Now - 2000, Now + 2000, ended: Now - 1);
        AddGrant("key_2", "concurrency", 50, Now, Now + 5000);
        AddGrant("key_2", "tokensPerMinute", 800_000, Now, Now + 5000);
        var keys = await AllAsync();
        keys[0].Boosts.OrderBy(b => b.Limit).ShouldBe([new LimitBoost(LimitKind.CallsPerDay, 10_000, At(-1000), At(1000)), new LimitBoost(LimitKind.RequestsPerMinute, 600, At(1000), At(2000))]);
        keys[1].Boosts.OrderBy(b => b.Limit).ShouldBe([new LimitBoost(LimitKind.TokensPerMinute, 800_000, At(0), At(5000)), new LimitBoost(LimitKind.Concurrency, 50, At(0), At(5000))]);

        static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Now + ms);
    }

    [Fact]
    public async Task A_grant_for_a_limit_that_is_not_known_has_no_effect_and_is_reported()
    {
        Add(OwnedKey("key_1", owner: null));
        AddGrant("key_1", "picturesPerDay", 10, Now, Now + 1000);
        (await OneAsync()).Boosts.ShouldBeEmpty();
        _log.Lines.ShouldHaveSingleItem().Text.ShouldContain("picturesPerDay");
    }

    [Fact]
    public async Task A_key_reads_the_same_by_every_way_to_it()
    {
        AddMember("acc_1", ("role_ai_engineer", null));
        AddMember("acc_2", ("role_developer", null));
        var key = OwnedKey("key_1");
        key.SealedSigningSecret = SigningSecret.Seal(_sealer, "key_1", SigningSecret.New());
        Add(key, OwnedKey("key_2", owner: "acc_2"), OwnedKey("key_3", project: "prj_3", organisation: "org_2"));
        Add(SampleRows.Credential("one_________", "key_1"), SampleRows.Credential("two_________", "key_1"), SampleRows.Credential("other_______", "key_2"));
        AddGrant("key_1", "concurrency", 50, Now, Now + 5000);
        await using var database = await WithAsync();
        var directory = Directory(database);
        var expected = Text((await directory.LoadAllAsync(Token).ToListAsync(Token))[0]);
        expected.ShouldContain("one_________,two_________");
        foreach (var read in (ApiKey?[])
        [
            await directory.LoadAsync("key_1", Token),
            await directory.FindAsync("one_________", Token),
            await directory.FindAsync("two_________", Token),
            (await directory.LoadOfOwnerAsync("acc_1", Token).ToListAsync(Token))[0],
            (await directory.LoadOfOrganisationAsync("org_1", Token).ToListAsync(Token))[0],
        ]) Text(read!).ShouldBe(expected);

        static string Text(ApiKey key) => $"{key.Id} {string.Join(',', key.Credentials.Select(c => c.PublicId))} {key.Signing!.Reveal()} {key.Boosts.Single()} {key.OwnerId} "
            + $"{key.OwnerStanding} {string.Join(',', key.OwnerRights!.Select(r => string.Join('+', r.Routes)))}";
    }

    [Fact]
    public async Task Keys_of_an_owner_or_organisation_are_these_and_no_others()
    {
        AddMember("acc_1", ("role_developer", null));
        Add(OwnedKey("key_1"), OwnedKey("key_2", owner: null), OwnedKey("key_3", project: "prj_3", organisation: "org_2"), OwnedKey("key_4", owner: "acc_2"));
        await using var database = await WithAsync();
        var directory = Directory(database);
        (await directory.LoadOfOwnerAsync("acc_1", Token).Select(k => k.Id).ToListAsync(Token)).ShouldBe(["key_1", "key_3"]);
        (await directory.LoadOfOwnerAsync("acc_none", Token).ToListAsync(Token)).ShouldBeEmpty();
        (await directory.LoadOfOrganisationAsync("org_1", Token).Select(k => k.Id).ToListAsync(Token)).ShouldBe(["key_1", "key_2", "key_4"]);
        (await directory.LoadOfOrganisationAsync("org_none", Token).ToListAsync(Token)).ShouldBeEmpty();
        (await directory.FindAsync("nobody______", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task What_keys_have_alike_is_one_object()
    {
        AddMember("acc_1", ("role_ai_engineer", null));
        AddMember("acc_2", ("role_ai_engineer", null));
        Add(OwnedKey("key_1"), OwnedKey("key_2"), OwnedKey("key_3", owner: "acc_2"));
        var keys = await AllAsync();
        foreach (var part in (Func<ApiKey, object>[])[k => k.OrganisationId, k => k.ProjectId, k => k.TimeZone, k => k.Scope, k => k.AllowedNetworks, k => k.Limits, k => k.OwnerRights![0], k => k.Boosts])
            keys.ShouldAllBe(k => ReferenceEquals(part(k), part(keys[0])));
        ReferenceEquals(keys[0].OwnerId, keys[1].OwnerId).ShouldBeTrue();
        ReferenceEquals(keys[0].OwnerRights, keys[1].OwnerRights).ShouldBeTrue();
    }

    private static KeyRow OwnedKey(string id = "key_1", string? owner = "acc_1", string project = "prj_1", string organisation = "org_1")
    {
        var row = SampleRows.Key(id, project, organisation);
        row.OwnerId = owner;
        return row;
    }

    private static RoleRow CustomRole(string id, string permissions, string organisation = "org_1") =>
        new() { Id = id, OrganisationId = organisation, Name = id, Description = "", Permissions = permissions, CreatedAtMs = 1, UpdatedAtMs = 1 };

    private static AccountRow Account(string id) => new()
    {
        Id = id, Name = id, Language = "en", Email = id + "@corp.example", NormalizedEmail = id, UserName = id, NormalizedUserName = id, SecurityStamp = "s", ConcurrencyStamp = "c", CreatedAtMs = 1, UpdatedAtMs = 1,
    };

    private void Add(params object[] rows) => _rows.AddRange(rows);

    private void AddMember(string account, params (string Role, string? Project)[] roles) => AddMember(account, "org_1", roles);

    private void AddMember(string account, string organisation, params (string Role, string? Project)[] roles)
    {
        Add(Account(account), new MemberRow { OrganisationId = organisation, AccountId = account, JoinedAtMs = 1 });
        foreach (var (role, project) in roles)
        {
            Add(new AssignmentRow
            {
                Id = $"asg_{_rows.Count}", OrganisationId = organisation, AccountId = account, RoleId = role, ProjectId = project, Source = "direct", CreatedAtMs = 1, CreatedBy = "acc_0",
            });
        }
    }

    private void AddGrant(string keyId, string limit, long value, long from, long until, long? ended = null)
    {
        var number = _rows.Count;
        Add(new QuotaApplicationRow
        {
            Id = $"qap_{number}", OrganisationId = "org_1", ProjectId = "prj_1", KeyId = keyId, LimitKind = limit, RequestedValue = value, Temporary = true, Scenario = "s", ExpectedVolume = "v",
            Status = "approved", ApplicantId = "acc_0", CreatedAtMs = 1, UpdatedAtMs = 1,
        });
        Add(new QuotaGrantRow
        {
            Id = $"qgr_{number}", OrganisationId = "org_1", KeyId = keyId, ApplicationId = $"qap_{number}", LimitKind = limit, Value = value, FromMs = from, UntilMs = until, EndedAtMs = ended, CreatedAtMs = 1,
        });
    }

    private KeyDirectory Directory(SluiceDatabase database) => new(database, _sealer, new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Now)), _log);

    private async Task<ApiKey> OneAsync() => (await AllAsync()).ShouldHaveSingleItem();

    private async Task<List<ApiKey>> AllAsync()
    {
        await using var database = await WithAsync();
        return await Directory(database).LoadAllAsync(Token).ToListAsync(Token);
    }

    private async Task<SluiceDatabase> WithAsync()
    {
        var database = SluiceDatabase.Open(await _backend.NewOptionsAsync(), TimeProvider.System);
        await database.PrepareAsync(Token);
        await using var db = database.CreateContext();
        db.AddRange(_rows);
        await db.SaveChangesAsync(Token);
        return database;
    }
}

public sealed class SqliteKeyDirectoryTests : KeyDirectoryContract
{
    private readonly SqliteBackend _backend;

    public SqliteKeyDirectoryTests() : this(new SqliteBackend()) { }

    private SqliteKeyDirectoryTests(SqliteBackend backend) : base(backend) => _backend = backend;

    public override void Dispose()
    {
        base.Dispose();
        _backend.Dispose();
    }
}

public sealed class PostgresKeyDirectoryTests() : KeyDirectoryContract(new PostgresBackend());
