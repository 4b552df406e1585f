using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;
using Sluice.Testing;
using Sluice.Testing.Postgres;

namespace Sluice.Server.Tests.Reviews;

/// <summary>Reviews in the whole server, over the real gateway, on either database.</summary>
public sealed class WholeServerReviewTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_narrowed_to_its_traffic_is_refused_everything_else_on_the_next_call(bool postgres)
    {
        await using var server = await SluiceServer.StartAsync(await OptionsAsync(postgres));
        var (key, keyId) = await server.CreateKeyAsync();
        using var client = server.NewClient(key);
        const string model = "deepseek-chat";
        (await JsonAsync(client, "/v1/models")).GetProperty("data").GetArrayLength().ShouldBeGreaterThan(0);
        (await ChatAsync(client, model)).ShouldBe(HttpStatusCode.OK);
        await server.RequestsAsync(atLeast: 2);

        var review = (await server.ManageAsync(HttpMethod.Post, "/api/v1/access-reviews")).GetProperty("id").GetString();
        var item = (await server.ManageAsync(HttpMethod.Get, $"/api/v1/access-reviews/{review}/items?subjectId={keyId}&finding=routes_never_used&kind=key&decision=open")).GetProperty("data")[0];
        item.GetProperty("proposed").GetProperty("routes").EnumerateArray().Select(r => r.GetString()).ShouldBe(["GET /v1/models", "POST /v1/chat/completions"]);
        item.GetProperty("proposed").GetProperty("models").EnumerateArray().Select(r => r.GetString()).ShouldBe([model]);

        var decided = await server.ManageAsync(HttpMethod.Post, $"/api/v1/access-reviews/{review}/decide", $$"""{"decisions":[{"itemId":"{{item.GetProperty("id").GetString()}}","decision":"narrow"}]}""");
        decided.GetProperty("review").GetProperty("counts").GetProperty("narrowed").GetInt32().ShouldBe(1);
        (await ChatAsync(client, model)).ShouldBe(HttpStatusCode.OK);
        (await ChatAsync(client, model + "-other")).ShouldBe(HttpStatusCode.Unauthorized);
        using var balance = await client.GetAsync(new Uri("/user/balance", UriKind.Relative), Token);
        balance.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        foreach (var open in (await server.ManageAsync(HttpMethod.Get, $"/api/v1/access-reviews/{review}/items?decision=open")).GetProperty("data").EnumerateArray())
            await server.ManageAsync(HttpMethod.Post, $"/api/v1/access-reviews/{review}/items/{open.GetProperty("id").GetString()}/confirm");
        (await server.ManageAsync(HttpMethod.Get, "/api/v1/access-reviews?status=finished")).GetProperty("data")[0].GetProperty("counts").GetProperty("open").GetInt32().ShouldBe(0);
        (await server.Management.GetStringAsync(new Uri($"/api/v1/access-reviews/{review}/evidence?format=csv", UriKind.Relative), Token)).ShouldContain(keyId);

        (await server.ManageAsync(HttpMethod.Get, "/api/v1/audit?action=review.*&actorId=none")).GetProperty("data").GetArrayLength().ShouldBe(0);
        (await server.ManageAsync(HttpMethod.Get, "/api/v1/audit?action=review.*&limit=100&from=2020-01-01T00:00:00Z")).GetProperty("data").EnumerateArray().Select(e => e.GetProperty("action").GetString())
            .ShouldBe(["review.export", "review.finish", "review.confirm", "review.narrow", "review.start"]);
        (await server.Management.GetStringAsync(new Uri("/api/v1/audit/export?format=csv", UriKind.Relative), Token)).ShouldContain("review.export");
        (await server.ManageAsync(HttpMethod.Post, "/api/v1/audit/verify")).GetProperty("holds").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Nodes_on_one_PostgreSQL_do_everything_once()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero));
        await using var server = await SluiceServer.StartAsync((await OptionsAsync(postgres: true)) with { Time = time });
        // The server's own job is a third one, whenever the clock moves.
        foreach (var pass in new[] { TimeSpan.FromDays(90), TimeSpan.FromDays(7), TimeSpan.FromDays(6.5), TimeSpan.FromDays(1), TimeSpan.FromDays(7) })
        {
            time.Advance(pass);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                // A gate of its own, as another process has.
                using var gate = new WriteGate();
                using var job = ActivatorUtilities.CreateInstance<LookAfterReviews>(server.Services, ActivatorUtilities.CreateInstance<RunSystemAct>(server.Services, gate));
                await job.RunOnceAsync(Token);
            }, Token)));
        }

        await using var db = server.Services.GetRequiredService<SluiceDatabase>().CreateContext();
        (await db.AccessReviews.CountAsync(Token)).ShouldBe(1);
        (await db.AuditEntries.Where(a => a.ActorId == "system" && a.Action.StartsWith("review.")).OrderBy(a => a.Seq).Select(a => a.Action).ToListAsync(Token))
            .ShouldBe(["review.start", "review.remind", "review.remind", "review.escalate"]);
    }

    private static async Task<SluiceServerOptions> OptionsAsync(bool postgres) =>
        postgres ? new SluiceServerOptions { Settings = { ["Sluice:Database"] = await (await PostgresServer.GetAsync()).CreateDatabaseAsync() } } : new SluiceServerOptions();

    private static async Task<JsonElement> JsonAsync(HttpClient client, string path) => JsonElement.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), Token));

    private static Task<HttpStatusCode> ChatAsync(HttpClient client, string model) => PostAsync(client, "/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":1}""");

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content, Token);
        return answer.StatusCode;
    }
}
