using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Server.Tests.Gateway;
using Sluice.Testing;

namespace Sluice.Server.Tests.Floods;

/// <summary>What a process leaves behind that is killed in the middle of its work.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_kill_in_the_middle_no_dispatched_call_is_missing_and_the_quota_of_500_still_holds_exactly()
    {
        await using var upstream = FakeUpstream.Start();
        var environment = new Dictionary<string, string>
        {
            ["Sluice__Upstreams__0__Name"] = "fake", ["Sluice__Upstreams__0__BaseUrl"] = upstream.BaseUrl, ["Sluice__Upstreams__0__ApiKey"] = GatewayBed.UpstreamKey, ["Sluice__Upstreams__0__Models"] = "m",
        };
        upstream.Default = FakeReply.Auto().After(TimeSpan.FromMilliseconds(20));
        var ids = new System.Collections.Concurrent.ConcurrentDictionary<string, byte>();
        var succeeded = 0;
        string key, token;
        int dispatchedBefore;
        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path, environment))
        {
            (key, token) = (process.FirstRun().TestKey, process.FirstRun().ManagementToken);
            using var client = Caller(process, key);
            var flood = FloodAsync(client, 2000, 40);
            await GatewayBed.EventuallyAsync(() => upstream.RequestCount >= 150, "the flood is under way");
            await process.KillAsync();
            await flood;
            dispatchedBefore = upstream.RequestCount;
            (succeeded, dispatchedBefore).ShouldSatisfyAllConditions(x => x.succeeded.ShouldBeLessThanOrEqualTo(500), x => x.dispatchedBefore.ShouldBeLessThanOrEqualTo(500));
        }

        await using (var process = await SluiceProcess.StartReadyAsync(_folder.Path, environment))
        {
            process.Output.ShouldNotContain("sk-slc_");
            using var client = Caller(process, key);
            using var management = Caller(process, token);
            // What was dispatched before counts, whether or not anybody saw an answer. A call may have been reserved and not yet sent, so a few more may count.
            var counted = await CallsTodayAsync(management);
            counted.ShouldBeInRange(dispatchedBefore, Math.Min(500, dispatchedBefore + 40));
            await FloodAsync(client, 1500, 40);
            (await CallsTodayAsync(management)).ShouldBe(500);
            succeeded.ShouldBeLessThanOrEqualTo(500);
            upstream.RequestCount.ShouldBeInRange(500 - 40, 500);

            var records = await RecordsAsync(management, 500);
            records.Count(r => r.GetProperty("counts").GetBoolean()).ShouldBe(500);
            records.Select(r => r.GetProperty("id").GetString()).Distinct().Count().ShouldBe(records.Count, "a call is recorded twice");
            // Every answer that somebody saw has its record.
            ids.Keys.Except(records.Select(r => r.GetProperty("id").GetString()!)).ShouldBeEmpty();
            // Those that the kill interrupted are marked as estimated.
            records.Where(r => r.GetProperty("counts").GetBoolean() && r.GetProperty("state").GetString() == "estimated").ShouldAllBe(r => r.GetProperty("errorCode").GetString() == "interrupted");
            process.Terminate();
            (await process.WaitForExitAsync()).ShouldBe(0);
            (process.Output + process.Errors).ShouldNotContain(GatewayBed.UpstreamKey);
            (process.Output + process.Errors).ShouldNotContain(key);
        }

        async Task FloodAsync(HttpClient client, int calls, int atOnce) => await Parallel.ForAsync(0, calls, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, cancellationToken) =>
        {
            try
            {
                using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), SluiceServer.Json(GatewayBed.ChatBody(stream: i % 2 == 0)), cancellationToken);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (answer.StatusCode != HttpStatusCode.OK) return;
                ids.TryAdd(answer.Headers.GetValues("x-request-id").Single(), 0);
                if (!text.Contains("\"error\"", StringComparison.Ordinal)) Interlocked.Increment(ref succeeded);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Nobody answers any more.
            }
        });
    }

    private static HttpClient Caller(SluiceProcess process, string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(process.BaseUrl), Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static async Task<JsonElement> GetAsync(HttpClient management, string path)
        => JsonSerializer.Deserialize<JsonElement>(await management.GetStringAsync(new Uri(path, UriKind.Relative)));

    private static async Task<long> CallsTodayAsync(HttpClient management)
    {
        var id = (await GetAsync(management, "/api/v1/keys")).GetProperty("data")[0].GetProperty("id").GetString();
        return (await GetAsync(management, $"/api/v1/keys/{id}")).GetProperty("usage").GetProperty("callsToday").GetInt64();
    }

    /// <summary>All records, once <paramref name="counting"/> of them count.</summary>
    private static async Task<List<JsonElement>> RecordsAsync(HttpClient management, int counting)
    {
        for (var i = 0; ; i++)
        {
            var all = new List<JsonElement>();
            for (string? cursor = null; ;)
            {
                var page = await GetAsync(management, "/api/v1/requests?limit=100" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
                all.AddRange(page.GetProperty("data").EnumerateArray());
                if (!page.TryGetProperty("nextCursor", out var next) || (cursor = next.GetString()) is null) break;
            }
            if (all.Count(r => r.GetProperty("counts").GetBoolean()) >= counting || i == 100) return all;
            await Task.Delay(100);
        }
    }
}
