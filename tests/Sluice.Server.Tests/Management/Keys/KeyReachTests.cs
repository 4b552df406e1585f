using Sluice.Contracts.Management;
using Sluice.Server.Management.Keys;

namespace Sluice.Server.Tests.Management.Keys;

/// <summary>What is left of a scope by an owner's rights: exactly what both allow.</summary>
public class KeyReachTests
{
    private static readonly string[] Routes = ["POST /v1/chat/completions", "GET /v1/chat/completions", "POST /v1/embeddings", "GET /v1/models"];
    private static readonly string[] RoutePatterns = [.. Routes, "POST *", "GET *", "POST /v1/chat*", "*"];
    private static readonly string[] Models = ["a", "b", "ab", "abc", "deepseek-chat", "deepseek-coder", "x"];
    private static readonly string[] ModelPatterns = [.. Models, "a*", "ab*", "deepseek-*", "deep*", "*"];

    [Fact]
    public void A_call_is_within_reach_if_and_only_if_the_scope_and_one_permission_of_the_owner_allow_it()
    {
        var random = new Random(11);
        for (var round = 0; round < 10_000; round++)
        {
            var (routes, models) = (Some(random, Routes), Some(random, ModelPatterns));
            var owners = Enumerable.Range(0, random.Next(4)).Select(_ => new Permission { Action = "api.call", Routes = Some(random, RoutePatterns), Models = Some(random, ModelPatterns) }).ToList();
            var left = KeyReach.Of(routes, models, owners);
            foreach (var route in Routes)
            {
                foreach (var model in Models)
                {
                    var expected = KeyReach.Stands(routes, route) && KeyReach.Stands(models, model)
                        && owners.Exists(o => KeyReach.Stands(o.Routes!, route) && KeyReach.Stands(o.Models!, model));
                    left.Any(part => KeyReach.Stands(part.Routes, route) && KeyReach.Stands(part.Models, model))
                        .ShouldBe(expected, $"{route} with {model}: [{string.Join(',', routes)}] [{string.Join(',', models)}] by {string.Join("; ", owners.Select(o => $"[{string.Join(',', o.Routes!)}] [{string.Join(',', o.Models!)}]"))}");
                }
            }
        }
    }

    [Fact]
    public void A_scope_that_the_owner_covers_is_left_as_it_is() =>
        KeyReach.Of(["GET /v1/models"], [], [new Permission { Action = "api.call", Models = ["a"] }, new Permission { Action = "api.call" }])
            .Single().ShouldSatisfyAllConditions(part => part.Routes.ShouldBe(["GET /v1/models"]), part => part.Models.ShouldBeEmpty());

    private static List<string> Some(Random random, string[] from) => random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => from[random.Next(from.Length)]).Distinct()];
}
