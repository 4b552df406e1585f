using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Gateway;

/// <summary>A key does at most what its owner may do now.</summary>
public sealed class KeyOwnerTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string?> RefusedAsync(string key, string path = "/v1/chat/completions", string? body = null, params string[] said)
    {
        var answer = (await bed.SendAsync(HttpMethod.Post, path, body ?? GatewayBed.ChatBody(), key)).ShouldBeRefused(401, "missing_permission");
        foreach (var part in said) answer.Error.GetProperty("message").GetString()!.ShouldContain(part);
        (await bed.RecordAsync(answer)).StoppedBy.ShouldBe("CheckPermission");
        return answer.Error.GetProperty("param").GetString();
    }

    private async Task<IEnumerable<string?>> ModelsAsync(string key)
        => (await bed.SendAsync(HttpMethod.Get, "/v1/models", key: key)).Json.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString());

    [Fact]
    public async Task An_ai_application_engineers_key_chats_and_does_nothing_else()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"engineer's","kind":"production"}""");
        await bed.Server.GiveOwnerAsync(id, "role_ai_engineer");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        (await bed.ChatAsync(stream: true, key: key)).Status.ShouldBe(200);
        (await bed.SendAsync(HttpMethod.Post, "/beta/chat/completions", GatewayBed.ChatBody(), key)).Status.ShouldBe(200);
        (await RefusedAsync(key, "/v1/embeddings", """{"model":"m","input":"x"}""", "'api.call'", "'POST /v1/embeddings'", "'m'", "owner")).ShouldBeNull();
        await RefusedAsync(key, "/v1/completions", """{"model":"m","prompt":"x"}""", "'POST /v1/completions'");
        await RefusedAsync(key, "/v1/images/generations", """{"model":"m","prompt":"x"}""", "'POST /v1/images/generations'");
        // An SDK can still ask what there is.
        (await ModelsAsync(key)).ShouldContain("m");
    }

    [Fact]
    public async Task Models_are_those_of_the_key_and_of_the_owner_both()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"both","kind":"production","scope":{"models":["m","alias"]}}""");
        await bed.Server.GiveOwnerAsync(id, "rol_models", """[{"action":"api.call","models":["al*","hasty"]}]""");
        (await bed.ChatAsync(model: "alias", key: key)).Status.ShouldBe(200);
        (await RefusedAsync(key, body: GatewayBed.ChatBody("m"), said: ["'m'", "owner"])).ShouldBe("model");
        (await RefusedAsync(key, body: GatewayBed.ChatBody("hasty"), said: ["'hasty'", "the key's scope"])).ShouldBe("model");
        (await ModelsAsync(key)).ShouldBe(["alias"]);
        (await bed.SendAsync(HttpMethod.Get, "/v1/models/m", key: key)).ShouldBeRefused(404, "model_not_found");
    }

    [Fact]
    public async Task A_demotion_holds_from_the_next_call_on()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"demoted","kind":"production"}""");
        var owner = await bed.Server.GiveOwnerAsync(id, "role_developer");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        await bed.Server.ChangeAsync("owner", owner, db => db.Assignments.Where(a => a.AccountId == owner).ExecuteUpdateAsync(s => s.SetProperty(a => a.RoleId, "role_billing"), Token));
        (await RefusedAsync(key, said: ["No role of the key's owner"])).ShouldBeNull();
        await bed.Server.ChangeAsync("owner", owner, db => db.Assignments.Where(a => a.AccountId == owner).ExecuteUpdateAsync(s => s.SetProperty(a => a.RoleId, "role_ai_engineer"), Token));
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_removed_owners_key_is_refused_and_says_so()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"orphan","kind":"production"}""");
        var owner = await bed.Server.GiveOwnerAsync(id, "role_owner");
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
        await bed.Server.ChangeAsync("owner", owner, async db =>
        {
            await db.Assignments.Where(a => a.AccountId == owner).ExecuteDeleteAsync(Token);
            await db.Members.Where(m => m.AccountId == owner).ExecuteDeleteAsync(Token);
        });
        await RefusedAsync(key, said: ["no longer a member"]);
        (await bed.SendAsync(HttpMethod.Get, "/v1/models", key: key)).ShouldBeRefused(401, "missing_permission");
        (await bed.SendAsync(HttpMethod.Get, "/user/balance", key: key)).ShouldBeRefused(401, "missing_permission");
    }

    [Fact]
    public async Task A_suspended_owners_key_works_again_when_the_suspension_ends()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"paused","kind":"production"}""");
        var owner = await bed.Server.GiveOwnerAsync(id, "role_developer");
        await bed.Server.ChangeAsync("owner", owner, db => db.Accounts.Where(a => a.Id == owner).ExecuteUpdateAsync(s => s.SetProperty(a => a.SuspendedAtMs, 1), Token));
        await RefusedAsync(key, said: ["suspended"]);
        await bed.Server.ChangeAsync("owner", owner, db => db.Accounts.Where(a => a.Id == owner).ExecuteUpdateAsync(s => s.SetProperty(a => a.SuspendedAtMs, (long?)null), Token));
        (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }
}

/// <summary>What stops a whole organisation; apart from others, whose organisation it would be.</summary>
public sealed class SuspendedOrganisationTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    [Fact]
    public async Task No_key_of_a_suspended_organisation_works_until_the_suspension_ends()
    {
        var token = TestContext.Current.CancellationToken;
        var (owned, id) = await bed.NewKeyAsync("""{"name":"owned","kind":"production"}""");
        await bed.Server.GiveOwnerAsync(id, "role_owner");
        string organisation;
        await using (var db = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Sluice.Server.Storage.SluiceDatabase>(bed.Server.Services).CreateContext())
            organisation = (await db.Keys.SingleAsync(k => k.Id == id, token)).OrganisationId;
        await bed.Server.ChangeAsync("organisation", organisation, db => db.Organisations.ExecuteUpdateAsync(s => s.SetProperty(o => o.SuspendedAtMs, 1), token));
        foreach (var key in (string[])[owned, bed.Key])
            (await bed.ChatAsync(key: key)).ShouldBeRefused(401, "missing_permission").Error.GetProperty("message").GetString()!.ShouldContain("organisation is suspended");
        await bed.Server.ChangeAsync("organisation", organisation, db => db.Organisations.ExecuteUpdateAsync(s => s.SetProperty(o => o.SuspendedAtMs, (long?)null), token));
        foreach (var key in (string[])[owned, bed.Key]) (await bed.ChatAsync(key: key)).Status.ShouldBe(200);
    }
}
