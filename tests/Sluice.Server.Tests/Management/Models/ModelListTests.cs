using System.Text.Json;
using Sluice.Server.Tests.Management.Organisations;
using Sluice.Testing;

namespace Sluice.Server.Tests.Management.Models;

/// <summary>Which models there are, what they cost, and whether one may call them; nothing of where they are.</summary>
public class ModelListTests
{
    [Fact]
    public async Task Models_are_listed_with_upstreams_in_the_order_they_are_asked_prices_and_no_address()
    {
        await using var upstream = FakeUpstream.Start();
        var options = new SluiceServerOptions().With(upstream, "b,fast=real", "second", ("Priority", "2")).With(upstream, "a,b,gpt-*", "first", ("Priority", "1"));
        foreach (var (name, value) in new[] { ("Model", "real"), ("Currency", "CNY"), ("InputPerMillion", "2"), ("CachedInputPerMillion", "0.5"), ("OutputPerMillion", "8") })
            options.Settings["Sluice:Prices:0:" + name] = value;
        await using var server = await SluiceServer.StartAsync(options);
        var answer = await server.ManageAsync(HttpMethod.Get, "/api/v1/models");
        answer.GetRawText().ShouldNotContain("127.0.0.1");
        answer.GetRawText().ShouldNotContain("upstream-key");
        var models = answer.GetProperty("data").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        models.Keys.ShouldBe(["a", "b", "fast", "gpt-*"]);
        models["b"].GetProperty("upstreams").EnumerateArray().Select(u => u.GetString()).ShouldBe(["first", "second"]);
        models["gpt-*"].GetProperty("isPattern").GetBoolean().ShouldBeTrue();
        models["a"].GetProperty("isSandbox").GetBoolean().ShouldBeFalse();
        models["a"].GetProperty("price").ValueKind.ShouldBe(JsonValueKind.Null);
        var price = models["fast"].GetProperty("price");
        price.GetProperty("currency").GetString().ShouldBe("CNY");
        price.GetProperty("inputNanoPerMillion").GetInt64().ShouldBe(2_000_000_000);
        price.GetProperty("cachedInputNanoPerMillion").GetInt64().ShouldBe(500_000_000);
        price.GetProperty("outputNanoPerMillion").GetInt64().ShouldBe(8_000_000_000);
        models["a"].GetProperty("mayCall").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Whether_one_may_call_a_model_is_said_by_ones_own_roles()
    {
        await using var server = new ManagementServer();
        await server.InitializeAsync();
        var founded = await Founded.NewAsync(server);
        (await MayCallAsync(founded, founded.Owner)).ShouldBe([("chat", true), ("deepseek-chat", true)]);
        (await MayCallAsync(founded, await founded.AddAsync("role_auditor"))).ShouldBe([("chat", false), ("deepseek-chat", false)]);
        (await MayCallAsync(founded, await founded.AddAsync(await founded.RoleAsync("""[{"action":"api.call","models":["deepseek-*"]}]""")))).ShouldBe([("chat", false), ("deepseek-chat", true)]);
        var data = (await founded.DoAsync(200, "GET", "/models")).Json.GetProperty("data")[0];
        data.GetProperty("isSandbox").GetBoolean().ShouldBeTrue();
        data.GetProperty("contextTokens").GetInt64().ShouldBe(1_000_000);
    }

    private static async Task<IEnumerable<(string?, bool)>> MayCallAsync(Founded founded, Person person) =>
        (await founded.DoAsync(200, "GET", "/models", by: person)).Json.GetProperty("data").EnumerateArray().Select(m => (m.GetProperty("name").GetString(), m.GetProperty("mayCall").GetBoolean()));
}
