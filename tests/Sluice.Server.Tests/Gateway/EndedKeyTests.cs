using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Records;
using Sluice.Testing;

namespace Sluice.Server.Tests.Gateway;

/// <summary>What becomes of calls under way when their key may no longer be used.</summary>
public sealed class EndedKeyTests(GatewayBed bed) : IClassFixture<GatewayBed>
{
    private static readonly string Half = FakeReply.ChunkJson("""{"content":"The first half"}""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Begins a call that would never end, ends its key, and returns what the caller got.</summary>
    private async Task<(GatewayAnswer Answer, RequestRecord Record)> EndAsync(Func<string, Task> end, FakeReply? reply = null, bool stream = true, string? role = null)
    {
        bed.Upstream.Default = reply ?? FakeReply.StalledStream([Half]);
        try
        {
            var (key, id) = await bed.NewKeyAsync("""{"name":"ends","kind":"production","limits":{"concurrency":3}}""");
            if (role is not null) await bed.Server.GiveOwnerAsync(id, role);
            var underWay = bed.Upstream.UnderWay;
            var call = stream ? bed.ReadAsync(await BeginAsync(key)) : bed.ChatAsync(key: key);
            await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == underWay + 1, "the call is under way");
            var other = stream ? bed.ReadAsync(await BeginAsync(bed.Key)) : bed.ChatAsync();
            await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == underWay + 2, "another key's call is under way");
            await end(id);
            // The promise is 10 seconds; a slow machine may need longer to show it.
            var answer = await call.WaitAsync(TimeSpan.FromSeconds(30), Token);
            var record = await bed.RecordAsync(answer);
            record.KeyId.ShouldBe(id);
            // Nobody else's call is touched.
            other.IsCompleted.ShouldBeFalse();
            await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == underWay + 1, "the upstream has noticed");
            return (answer, record);
        }
        finally
        {
            bed.Upstream.Default = FakeReply.Auto();
            await bed.Server.ChangeKeyAsync(bed.KeyId, key => key.Enabled = false);
            await QuietAsync();
            await bed.Server.ChangeKeyAsync(bed.KeyId, key => key.Enabled = true);
        }
    }

    /// <summary>A caller who falls behind is given some seconds to read what was sent, and a slow machine may make more of them.</summary>
    private async Task QuietAsync()
    {
        // The upstream notices a moment after the gateway has ended a call, and the next test counts what is under way there.
        for (var i = 0; bed.InFlight > 0 || bed.Upstream.UnderWay > 0; i++)
        {
            (i < 600).ShouldBeTrue("calls are still under way");
            await Task.Delay(100, Token);
        }
    }

    /// <summary>Returns when the stream has begun.</summary>
    private Task<HttpResponseMessage> BeginAsync(string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = SluiceServer.Json(GatewayBed.ChatBody(stream: true)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return bed.Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    private static void ShouldHaveBrokenOff((GatewayAnswer Answer, RequestRecord Record) ended, string code, string said)
    {
        ended.Answer.ShouldBreakOff(code);
        ended.Answer.Body.ShouldContain("The first half");
        ended.Answer.Error.GetProperty("message").GetString()!.ShouldContain(said);
        ended.Answer.Error.GetProperty("message").GetString()!.ShouldContain("incomplete");
        // The upstream may have billed it, so it counts.
        (ended.Record.State, ended.Record.ErrorCode, ended.Record.StoppedBy).ShouldBe((CallState.Estimated, code, "CallUpstream"));
        ended.Record.CompletionTokens.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_revoked_keys_stream_ends_with_an_error_event_and_is_settled()
        => ShouldHaveBrokenOff(await EndAsync(id => bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke")), "revoked_api_key", "revoked");

    [Fact]
    public async Task A_disabled_keys_stream_ends()
        => ShouldHaveBrokenOff(await EndAsync(id => bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/disable")), "disabled_api_key", "disabled");

    [Fact]
    public async Task A_stream_ends_when_its_keys_expiry_is_moved_into_the_past()
        => ShouldHaveBrokenOff(await EndAsync(id => bed.Server.ChangeKeyAsync(id, key => key.ExpiresAtMs = 1)), "expired_api_key", "expired");

    [Fact]
    public async Task A_stream_ends_when_its_keys_owner_is_removed()
        => ShouldHaveBrokenOff(await EndAsync(async id =>
        {
            string? owner = null;
            await bed.Server.ChangeKeyAsync(id, key => owner = key.OwnerId);
            await bed.Server.ChangeAsync("owner", owner!, async db =>
            {
                await db.Assignments.Where(a => a.AccountId == owner).ExecuteDeleteAsync(Token);
                await db.Members.Where(m => m.AccountId == owner).ExecuteDeleteAsync(Token);
            });
        }, role: "role_developer"), "missing_permission", "no longer a member");

    [Fact]
    public async Task A_stream_ends_when_its_key_is_deleted()
        => ShouldHaveBrokenOff(await EndAsync(id => bed.Server.ChangeAsync("key", id, async db =>
        {
            await db.KeyCredentials.Where(c => c.KeyId == id).ExecuteDeleteAsync(Token);
            await db.Keys.Where(k => k.Id == id).ExecuteDeleteAsync(Token);
        })), "unknown_api_key", "deleted");

    [Fact]
    public async Task A_stream_that_never_pauses_ends_too()
    {
        var (answer, record) = await EndAsync(id => bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke"),
            FakeReply.ChatStream([.. Enumerable.Repeat("word ", 20_000)], TimeSpan.FromMilliseconds(10)));
        answer.ShouldBreakOff("revoked_api_key");
        record.ErrorCode.ShouldBe("revoked_api_key");
    }

    [Fact]
    public async Task A_call_that_was_not_answered_yet_is_401_and_counts()
    {
        var (answer, record) = await EndAsync(id => bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke"), FakeReply.Silent(), stream: false);
        answer.ShouldBeRefused(401, "revoked_api_key");
        (record.State, record.Status, record.ErrorCode).ShouldBe((CallState.Estimated, 401, "revoked_api_key"));
    }

    [Fact]
    public async Task A_change_that_leaves_the_key_usable_ends_nothing()
    {
        var release = new TaskCompletionSource();
        bed.Upstream.Default = FakeReply.Steps(FakeReply.Head(200, "text/event-stream"), FakeReply.Event(Half), FakeReply.WaitFor(release.Task),
            FakeReply.Event(FakeReply.ChunkJson("{}", "stop")), FakeReply.Event("[DONE]"), FakeReply.EndChunks());
        try
        {
            var (key, id) = await bed.NewKeyAsync("""{"name":"stays","kind":"production"}""");
            await bed.Server.GiveOwnerAsync(id, "role_developer");
            var call = bed.ChatAsync(stream: true, key: key);
            await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == 1, "the call is under way");
            await bed.Server.ManageAsync(HttpMethod.Patch, $"/api/v1/keys/{id}", """{"limits":{"callsPerDay":7},"name":"other"}""");
            await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", """{"overlapSeconds":600}""");
            // Long enough for the clock to have looked, several times over.
            await Task.Delay(TimeSpan.FromSeconds(1), Token);
            call.IsCompleted.ShouldBeFalse();
            release.SetResult();
            (await call).IsDone.ShouldBeTrue();
        }
        finally
        {
            bed.Upstream.Default = FakeReply.Auto();
        }
    }

    [Fact]
    public async Task A_caller_who_does_not_read_is_cut_off()
    {
        var (key, id) = await bed.NewKeyAsync("""{"name":"deaf","kind":"production"}""");
        bed.Upstream.Default = FakeReply.ChatStream([.. Enumerable.Repeat(new string('w', 1000), 60_000)]);
        try
        {
            using var caller = await RawCaller.ConnectAsync(bed.Server.BaseUrl, receiveBuffer: 4096);
            await caller.PostAsync("/v1/chat/completions", key, GatewayBed.ChatBody(stream: true));
            await GatewayBed.EventuallyAsync(() => bed.Upstream.UnderWay == 1, "the call is under way");
            // Until nothing more goes through.
            await Task.Delay(TimeSpan.FromSeconds(1), Token);
            await bed.Server.ManageAsync(HttpMethod.Post, $"/api/v1/keys/{id}/revoke");
            await QuietAsync();
            (await bed.OnlyRecordAsync(id)).ErrorCode.ShouldBe("revoked_api_key");
        }
        finally
        {
            bed.Upstream.Default = FakeReply.Auto();
        }
    }
}
