using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Server.Tests.Management;

namespace Sluice.Server.Tests.Reviews;

/// <summary>What a finished review is kept and taken away as.</summary>
public sealed class EvidenceTests : IAsyncLifetime
{
    private ReviewServer _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await ReviewServer.NewAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Csv_holds_every_decision_and_a_signature_that_is_checked()
    {
        var (id, keys) = await FinishedAsync();
        var reply = await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence?format=csv");
        reply.Status.ShouldBe(HttpStatusCode.OK, reply.Text);
        reply.Headers["content-disposition"].ShouldBe($"attachment; filename=\"access-review-{id}.csv\"");
        var rows = Csv.Read(reply.Text.TrimStart('\uFEFF'));
        rows.ShouldAllBe(r => r.Count == rows[0].Count);
        var column = rows[0].ToList().IndexOf("decision");
        rows.Skip(1).SkipLast(1).Select(r => (r[5], r[column], r[^1])).ShouldBe([("key_data", "confirmed", ""), (keys[0], "narrowed", "'=1+1"), (keys[1], "revoked", "")], ignoreOrder: true);

        var (content, lastLine) = Split(reply);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        lastLine.ShouldContain("sha256=" + sha256);
        var check = await VerifyAsync(id, "csv", sha256);
        check.Json.GetProperty("holds").GetBoolean().ShouldBeTrue(check.Text);
        lastLine.ShouldContain("hmac-sha256=" + check.Json.GetProperty("hmac").GetString());
        content[^10] ^= 1;
        (await VerifyAsync(id, "csv", Convert.ToHexStringLower(SHA256.HashData(content)))).Json.GetProperty("holds").GetBoolean().ShouldBeFalse();
        (await VerifyAsync(id, "html", sha256)).Json.GetProperty("holds").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Html_is_one_page_to_print_in_which_nothing_runs()
    {
        var (id, _) = await FinishedAsync("<script>alert(1)</script> 季度 & co");
        var reply = await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence?format=html");
        reply.MediaType.ShouldBe("text/html");
        reply.Headers["content-disposition"].ShouldStartWith("attachment");
        reply.Text.ShouldSatisfyAllConditions(t => t.ShouldNotContain("<script"), t => t.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt; 季度 &amp; co"), t => t.ShouldContain("narrowed"));
        reply.Text.ShouldNotContain("http");
        var (content, lastLine) = Split(reply);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        lastLine.ShouldContain(sha256);
        (await VerifyAsync(id, "html", sha256)).Json.GetProperty("holds").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task It_stays_the_same_whatever_becomes_of_keys_and_people()
    {
        var (id, keys) = await FinishedAsync();
        var before = await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence");
        await _bed.Server.SendAsync("DELETE", $"/api/v1/keys/{keys[0]}");
        _bed.Server.Time.Advance(TimeSpan.FromDays(30));
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence")).Bytes.ShouldBe(before.Bytes);
        (await _bed.Server.SendAsync("GET", "/api/v1/audit?action=review.export")).Json.GetProperty("data").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Evidence_that_was_changed_in_the_database_is_not_given_out()
    {
        var (id, _) = await FinishedAsync();
        var (content, _) = Split(await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence"));
        await _bed.Server.QueryAsync(db => db.Database.ExecuteSqlRawAsync("update access_reviews set evidence = replace(evidence, 'confirmed', 'revoked')"));
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence")).Status.ShouldBe(HttpStatusCode.Conflict);
        var check = await VerifyAsync(id, "csv", Convert.ToHexStringLower(SHA256.HashData(content)));
        (check.Json.GetProperty("holds").GetBoolean(), check.Json.GetProperty("problem").GetString()).ShouldBe((false, "The evidence in the database is not as it was signed when the review was finished."));
    }

    [Fact]
    public async Task The_evidence_of_one_review_does_not_pass_for_another_ones()
    {
        var (first, _) = await FinishedAsync();
        var (second, _) = await FinishedAsync();
        await _bed.Server.QueryAsync(db => db.Database.ExecuteSqlAsync($"update access_reviews set evidence = (select evidence from access_reviews where id = {first}), signature = (select signature from access_reviews where id = {first}) where id = {second}"));
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{second}/evidence")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task There_is_none_before_the_end()
    {
        var id = await _bed.StartAsync();
        var before = await _bed.Server.AuditCountAsync();
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await VerifyAsync(id, "csv", new string('a', 64))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await VerifyAsync(id, "csv", "abc")).Fields.ShouldBe(["sha256"]);
        (await _bed.Server.SendAsync("GET", $"/api/v1/access-reviews/{id}/evidence?format=pdf")).Fields.ShouldBe(["format"]);
        (await _bed.Server.AuditCountAsync()).ShouldBe(before);
    }

    private Task<Reply> VerifyAsync(string id, string format, string sha256) =>
        _bed.Server.SendAsync("POST", $"/api/v1/access-reviews/{id}/evidence/verify", $$"""{"format":"{{format}}","sha256":"{{sha256}}"}""");

    private static (byte[] Content, string LastLine) Split(Reply reply)
    {
        var at = Array.LastIndexOf(reply.Bytes, (byte)'\n', reply.Bytes.Length - 2) + 1;
        return (reply.Bytes[..at], Encoding.UTF8.GetString(reply.Bytes[at..]));
    }

    /// <summary>A review of <c>key_data</c> (confirmed) and two keys more (narrowed, revoked).</summary>
    private async Task<(string Id, string[] Keys)> FinishedAsync(string name = "Q1")
    {
        string[] keys = [await _bed.AddKeyAsync(ReviewServer.A), await _bed.AddKeyAsync(ReviewServer.A)];
        var id = await _bed.StartAsync(JsonSerializer.Serialize(new { name }));
        foreach (var item in await _bed.ItemsAsync(id))
        {
            var subject = item.GetProperty("subjectId").GetString();
            if (subject != keys[0] && subject != keys[1]) await _bed.DecideAsync(id, subject!, "confirm");
        }

        (await _bed.DecideAsync(id, keys[0], "narrow", """{"note":"=1+1"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.DecideAsync(id, keys[1], "revoke")).Status.ShouldBe(HttpStatusCode.OK);
        (await _bed.ReviewAsync(id)).GetProperty("status").GetString().ShouldBe("finished");
        return (id, keys);
    }
}
