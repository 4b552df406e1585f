using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Sluice.Server.Tests.Management;

public class IdempotencyTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task The_same_call_is_answered_again_byte_for_byte_its_secret_included()
    {
        const string Body = """{"name":"once","kind":"test"}""";
        var first = await server.SendAsync("POST", "/api/v1/keys", Body, headers: ("Idempotency-Key", "create-once"));
        var again = await server.SendAsync("POST", "/api/v1/keys", Body, headers: ("Idempotency-Key", "create-once"));
        first.Status.ShouldBe(HttpStatusCode.Created, first.Text);
        again.Status.ShouldBe(HttpStatusCode.Created);
        again.Text.ShouldBe(first.Text);
        again.Headers["location"].ShouldBe(first.Headers["location"]);
        again.Headers["idempotency-replayed"].ShouldBe("true");
        (await server.QueryAsync(db => db.Keys.CountAsync(k => k.Name == "once"))).ShouldBe(1);
    }

    [Fact]
    public async Task The_secret_is_not_kept_in_the_clear()
    {
        var reply = await server.SendAsync("POST", "/api/v1/keys", """{"name":"sealed","kind":"test"}""", headers: ("Idempotency-Key", "sealed"));
        var kept = await server.QueryAsync(db => db.IdempotencyKeys.SingleAsync(i => i.Key == "sealed"));
        System.Text.Encoding.Latin1.GetString(kept.SealedBody).ShouldNotContain(reply.Json.GetProperty("key").GetString()!);
    }

    [Theory]
    [InlineData("/api/v1/projects", """{"name":"b"}""")]
    [InlineData("/api/v1/projects", """{"name": "a"}""")]
    [InlineData("/api/v1/keys", """{"name":"a"}""")]
    public async Task Another_request_with_the_same_key_is_refused(string path, string body)
    {
        var key = "other-" + Guid.CreateVersion7();
        (await server.SendAsync("POST", "/api/v1/projects", """{"name":"a"}""", headers: ("Idempotency-Key", key))).Status.ShouldBe(HttpStatusCode.Created);
        var reply = await server.SendAsync("POST", path, body, headers: ("Idempotency-Key", key));
        reply.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        reply.Code.ShouldBe("idempotency_mismatch");
    }

    [Fact]
    public async Task A_refused_call_is_not_remembered()
    {
        (await server.SendAsync("POST", "/api/v1/projects", "{}", headers: ("Idempotency-Key", "refused"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""", headers: ("Idempotency-Key", "refused"))).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_thousand_parallel_calls_with_one_key_make_one_object()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ =>
            server.SendAsync("POST", "/api/v1/projects", """{"name":"thousand"}""", headers: ("Idempotency-Key", "thousand"))));
        replies.ShouldAllBe(r => r.Status == HttpStatusCode.Created);
        replies.Select(r => r.Text).Distinct().Count().ShouldBe(1);
        (await server.QueryAsync(db => db.Projects.CountAsync(p => p.Name == "thousand"))).ShouldBe(1);
        (await server.QueryAsync(db => db.AuditEntries.CountAsync(a => a.SubjectId == replies[0].Id))).ShouldBe(1);
    }

    [Fact]
    public async Task After_a_day_the_key_is_new_again()
    {
        var first = await server.SendAsync("POST", "/api/v1/projects", """{"name":"day"}""", headers: ("Idempotency-Key", "day"));
        server.Time.Advance(TimeSpan.FromHours(24));
        var next = await server.SendAsync("POST", "/api/v1/projects", """{"name":"day"}""", headers: ("Idempotency-Key", "day"));
        next.Status.ShouldBe(HttpStatusCode.Created);
        next.Id.ShouldNotBe(first.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("256")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var reply = await server.SendAsync("POST", "/api/v1/projects", """{"name":"p"}""", headers: ("Idempotency-Key", key == "256" ? new string('k', 256) : key));
        reply.Status.ShouldBe(HttpStatusCode.BadRequest);
        reply.Code.ShouldBe("invalid_header");
    }
}
