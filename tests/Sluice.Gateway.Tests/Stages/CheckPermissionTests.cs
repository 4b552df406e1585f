using CsCheck;
using Microsoft.AspNetCore.Http;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Stages;
using Sluice.Gateway.Tests.Keys;

namespace Sluice.Gateway.Tests.Stages;

/// <summary>A key may do what its scope and its owner's rights both allow, and nothing else.</summary>
public class CheckPermissionTests
{
    private static readonly string[] Models = ["deepseek-chat", "deepseek-reasoner", "glm-5", "bge-m3"];
    private static readonly ModelEndpoint[] Calls = [.. ModelEndpoints.All.Where(e => !e.IsQuestion)];

    private static readonly Gen<IReadOnlyList<string>> Routes = OneOf([.. Calls.Select(e => e.Name).Distinct(), "GET /v1/chat/completions"]).Array[0, 3].Select(list => (IReadOnlyList<string>)list);
    private static readonly Gen<IReadOnlyList<string>> Patterns = OneOf("deepseek-*", "deepseek-chat", "glm-5", "*", "bge").Array[0, 2].Select(list => (IReadOnlyList<string>)list);
    private static readonly Gen<KeyScope> Scopes = Gen.Select(Routes, Patterns, (routes, models) => new KeyScope(routes, models));
    private static readonly Gen<IReadOnlyList<CallRight>?> Rights = Gen.Select(Gen.Int[0, 5], Gen.Select(Routes, Patterns, (routes, models) => new CallRight(routes, models)).Array[0, 3],
        (none, rights) => none == 0 ? null : (IReadOnlyList<CallRight>)rights);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Refusal? Ask(ApiKey key, ModelEndpoint endpoint, string model)
    {
        var exchange = new Exchange(new DefaultHttpContext(), endpoint, "req_1", default, 0) { Key = key };
        exchange.Facts.Model = model;
        return new CheckPermission().EnterAsync(exchange).AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public void What_is_allowed_is_the_intersection_and_a_refusal_names_the_side() => Gen.Select(Scopes, Rights).Sample((scope, rights) =>
    {
        var key = ScriptedDirectory.Key("key_1", owner: "acc_1") with { Scope = scope, OwnerRights = rights };
        foreach (var endpoint in Calls)
        {
            foreach (var model in Models)
            {
                var byScope = Reaches(scope.Routes, endpoint.Name) && Matches(scope.Models, model);
                var byOwner = rights is null || rights.Any(r => Reaches(r.Routes, endpoint.Name) && Matches(r.Models, model));
                var refusal = Ask(key, endpoint, model);
                (refusal is null).ShouldBe(byScope && byOwner);
                if (refusal is null) continue;
                refusal.Error.ShouldBe(ErrorCodes.MissingPermission);
                foreach (var part in (string[])["'api.call'", $"'{endpoint.Name}'", $"'{model}'", byScope ? "owner" : "the key's scope"]) refusal.Message.ShouldContain(part);
            }
        }

        foreach (var model in Models)
            CheckPermission.ShowsModel(key, model).ShouldBe(Matches(scope.Models, model) && (rights is null || rights.Any(r => Matches(r.Models, model))));

        static bool Reaches(IReadOnlyList<string> routes, string name) => routes.Count == 0 || routes.Contains(name);
        static bool Matches(IReadOnlyList<string> patterns, string model) => patterns.Count == 0 || patterns.Any(p => p.EndsWith('*') ? model.StartsWith(p[..^1], StringComparison.Ordinal) : p == model);
    }, iter: 2000);

    [Theory]
    [InlineData(OwnerStanding.Member, "No role"), InlineData(OwnerStanding.Removed, "no longer a member"), InlineData(OwnerStanding.Suspended, "suspended"), InlineData(OwnerStanding.OrganisationSuspended, "organisation is suspended")]
    public void An_owner_with_nothing_left_leaves_the_key_not_even_a_question(OwnerStanding standing, string said)
    {
        var key = ScriptedDirectory.Key("key_1", owner: "acc_1") with { OwnerRights = [], OwnerStanding = standing };
        foreach (var endpoint in ModelEndpoints.All)
        {
            var refusal = Ask(key, endpoint, "m");
            refusal!.Error.ShouldBe(ErrorCodes.MissingPermission);
            refusal.Message.ShouldContain(said);
            refusal.Message.ShouldContain($"'{endpoint.Name}'");
        }
    }

    [Fact]
    public void What_a_key_asks_about_itself_is_governed_by_its_own_routes_and_not_by_the_owners()
    {
        IReadOnlyList<CallRight> chat = [new CallRight([ModelEndpoints.ChatCompletions.Name], [])];
        var key = ScriptedDirectory.Key("key_1", owner: "acc_1") with { OwnerRights = chat };
        foreach (var question in ModelEndpoints.All.Where(e => e.IsAboutTheKey))
        {
            Ask(key, question, "").ShouldBeNull();
            Ask(key with { Scope = new KeyScope([ModelEndpoints.ChatCompletions.Name], []) }, question, "").ShouldNotBeNull();
            Ask(key with { Scope = new KeyScope([question.Name], ["m"]) }, question, "").ShouldBeNull();
        }
    }

    [Fact]
    public void Stored_completions_are_listed_for_those_only_whose_owner_may_ask_for_them()
    {
        var key = ScriptedDirectory.Key("key_1", owner: "acc_1");
        Ask(key with { OwnerRights = [new CallRight([ModelEndpoints.ChatCompletions.Name], [])] }, ModelEndpoints.StoredCompletions, "").ShouldNotBeNull();
        Ask(key with { OwnerRights = [new CallRight([ModelEndpoints.StoredCompletions.Name], ["deepseek-*"])] }, ModelEndpoints.StoredCompletions, "").ShouldBeNull();
        Ask(key, ModelEndpoints.StoredCompletions, "").ShouldBeNull();
    }
}
