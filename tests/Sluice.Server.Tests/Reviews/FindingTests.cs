using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Reviews;

/// <summary>What stands out about keys and roles, and what is proposed.</summary>
public class FindingTests
{
    private const string Chat = "POST /v1/chat/completions";
    private const string Models = "GET /v1/models";
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Endpoints = [Chat, "POST /v1/embeddings", Models];
    private static readonly ReviewSpan Span = ReviewSpan.Of(Now, 30, 0);

    [Fact]
    public void A_key_as_narrow_as_its_use_has_nothing_that_stands_out()
    {
        var (findings, proposed) = Judge(Key(routes: [Chat], models: ["m1"], expires: true, networks: ["10.0.0.0/8"]), Use(Chat, "m1"));
        findings.ShouldBeEmpty();
        proposed.ShouldBeNull();
    }

    [Fact]
    public void A_key_without_a_scope_is_cut_down_to_what_it_was_used_for()
    {
        var (findings, proposed) = Judge(Key(), Use(Chat, "m2"), Use(Chat, "m1"), Use(Models, null));
        Codes(findings).ShouldBe(["routes_never_used", "models_never_used", "no_expiry", "no_network_list"]);
        findings[0].Figure.ShouldBe(1);
        findings[1].Figure.ShouldBe(2);
        proposed!.Routes.ShouldBe([Models, Chat]);
        proposed.Models.ShouldBe(["m1", "m2"]);
        proposed.ExpiresInDays.ShouldBe(90);
    }

    [Fact]
    public void A_pattern_wider_than_the_models_used_is_replaced_by_their_names()
    {
        var (findings, proposed) = Judge(Key(routes: [Chat], models: ["deepseek-*", "gpt-4"], expires: true), Use(Chat, "deepseek-chat"));
        Codes(findings).ShouldBe(["models_never_used", "no_network_list"]);
        proposed!.ShouldSatisfyAllConditions(p => p.Models.ShouldBe(["deepseek-chat"]), p => p.Routes.ShouldBeNull(), p => p.ExpiresInDays.ShouldBeNull());
    }

    [Fact]
    public void A_scope_is_never_cut_down_to_nothing_which_would_allow_everything()
    {
        var (findings, proposed) = Judge(Key(routes: [Chat], models: ["m*"], expires: true));
        Codes(findings).ShouldBe(["unused", "no_network_list"]);
        proposed.ShouldBeNull();
        // Called before the scope was set; nothing of it is allowed now.
        Judge(Key(routes: [Chat], models: ["m1"], expires: true), Use("POST /v1/embeddings", "e1")).Proposed.ShouldBeNull();
    }

    [Theory]
    [InlineData("*")]
    [InlineData("a*")]
    [InlineData("two words")]
    public void A_model_that_a_scope_would_read_as_something_else_is_not_proposed(string model) => Judge(Key(routes: [Chat], expires: true), Use(Chat, "m1"), Use(Chat, model)).Proposed.ShouldBeNull();

    [Theory]
    [InlineData(29, null, false)]
    [InlineData(30, null, true)]
    [InlineData(200, 29, false)]
    [InlineData(200, 30, true)]
    public void A_key_is_unused_after_thirty_days_of_its_life(int ageDays, int? lastUsedDays, bool unused)
    {
        var (findings, _) = KeyFindings.Of(Key(ageDays: ageDays), HolderState.Active, [], lastUsedDays is { } days ? Ms(days) : null, Endpoints, Span);
        findings.Any(f => f.Code == "unused").ShouldBe(unused);
        if (unused) findings.Single(f => f.Code == "unused").Figure.ShouldBe(lastUsedDays ?? Math.Min(ageDays, 90));
    }

    [Theory]
    [InlineData("Gone", "owner_gone")]
    [InlineData("Suspended", "owner_suspended")]
    [InlineData("Active", null)]
    [InlineData("None", null)]
    public void A_key_whose_owner_is_gone_or_suspended_stands_out(string owner, string? code) =>
        Codes(KeyFindings.Of(Key(), Enum.Parse<HolderState>(owner), [], null, Endpoints, Span).Findings).Where(c => c.StartsWith("owner", StringComparison.Ordinal)).ShouldBe(code is null ? [] : [code]);

    [Fact]
    public void Records_that_are_kept_for_a_week_say_nothing_of_a_month()
    {
        var span = ReviewSpan.Of(Now, 30, 7);
        (span.Days, span.UnusedDays).ShouldBe((7, 7));
        KeyFindings.Of(Key(), HolderState.None, [], null, Endpoints, span).Findings.Single(f => f.Code == "unused").Sentence.ShouldContain("in the last 7 days");
    }

    [Fact]
    public void An_owner_who_only_made_keys_is_proposed_to_be_a_developer()
    {
        var (findings, proposed) = Judge(BuiltInRoles.Owner, RoleUse.Of(["key.create", "session.start"], called: true, Ms(1)));
        Codes(findings).ShouldBe(["permissions_never_used", "role_too_broad"]);
        proposed!.RoleId.ShouldBe("role_developer");
    }

    [Fact]
    public void What_an_operator_does_to_others_is_not_called_unused() =>
        Judge(BuiltInRoles.Operator, RoleUse.Of(["upstream.update"], called: false, Ms(1))).ShouldSatisfyAllConditions(j => j.Findings.ShouldBeEmpty(), j => j.Proposed.ShouldBeNull());

    [Fact]
    public void Somebody_who_changed_nothing_is_proposed_to_be_an_auditor() => Judge(BuiltInRoles.Admin, RoleUse.Of([], called: false, Ms(1))).Proposed!.RoleId.ShouldBe("role_auditor");

    [Fact]
    public void A_smaller_role_never_reaches_further_than_the_one_it_replaces()
    {
        // The built-in developer may call every route and see 30 days of logs.
        var role = new Role("rol_1", "Own", "", [new Permission { Action = "api.call", Routes = [Chat] }, new Permission { Action = "keys.*" }, new Permission { Action = "members.write" }]);
        Judge(role, RoleUse.Of(["key.create"], called: true, Ms(1))).ShouldSatisfyAllConditions(j => j.Proposed.ShouldBeNull(), j => Codes(j.Findings).ShouldBe(["permissions_never_used"]));
    }

    [Fact]
    public void Of_an_act_that_is_not_known_nothing_is_concluded() =>
        Judge(BuiltInRoles.Owner, RoleUse.Of(["key.create", "something.new"], called: true, Ms(1))).ShouldSatisfyAllConditions(j => j.Findings.ShouldBeEmpty(), j => j.Proposed.ShouldBeNull());

    [Fact]
    public void A_role_whose_holder_is_away_is_proposed_to_be_taken_away()
    {
        var (findings, proposed) = Judge(BuiltInRoles.Developer, RoleUse.Of([], called: false, Ms(45)));
        findings[0].ShouldSatisfyAllConditions(f => f.Code.ShouldBe("unused"), f => f.Figure.ShouldBe(45));
        proposed!.Remove.ShouldBe(true);
    }

    [Fact]
    public void Nothing_is_proposed_for_the_only_owner_for_what_an_identity_provider_gave_or_for_what_is_new()
    {
        Judge(BuiltInRoles.Owner, RoleUse.None, isOnlyOwner: true).Proposed.ShouldBeNull();
        Judge(BuiltInRoles.Admin, RoleUse.None, source: "claims").Proposed.ShouldBeNull();
        Judge(BuiltInRoles.Admin, RoleUse.None, ageDays: 29).ShouldSatisfyAllConditions(j => j.Findings.ShouldBeEmpty(), j => j.Proposed.ShouldBeNull());
    }

    private static (IReadOnlyList<ReviewFinding> Findings, ReviewProposal? Proposed) Judge(KeyRow key, params KeyUsage[] usage) => KeyFindings.Of(key, HolderState.None, usage, null, Endpoints, Span);

    private static (IReadOnlyList<ReviewFinding> Findings, ReviewProposal? Proposed) Judge(Role role, RoleUse use, bool isOnlyOwner = false, string source = "direct", int ageDays = 200) =>
        RoleFindings.Of(new AssignmentRow { Id = "asg_1", OrganisationId = "org_1", AccountId = "acc_1", RoleId = role.Id, Source = source, CreatedAtMs = Ms(ageDays), CreatedBy = "test" }, role, HolderState.Active, use, isOnlyOwner, Span);

    private static IEnumerable<string> Codes(IEnumerable<ReviewFinding> findings) => findings.Select(f => f.Code);

    private static KeyUsage Use(string endpoint, string? model) => new("key_1", endpoint, model, 3, Ms(1));

    private static long Ms(int daysAgo) => Now.AddDays(-daysAgo).ToUnixTimeMilliseconds();

    private static KeyRow Key(string[]? routes = null, string[]? models = null, bool expires = false, string[]? networks = null, int ageDays = 200) => new()
    {
        Id = "key_1", OrganisationId = "org_1", ProjectId = "prj_1", Name = "k", Kind = "production", Enabled = true, ScopeRoutes = TextList.Format(routes ?? []), ScopeModels = TextList.Format(models ?? []),
        AllowedNetworks = TextList.Format(networks ?? []), ExpiresAtMs = expires ? Ms(-10) : null, CreatedAtMs = Ms(ageDays), UpdatedAtMs = Ms(ageDays),
    };
}
