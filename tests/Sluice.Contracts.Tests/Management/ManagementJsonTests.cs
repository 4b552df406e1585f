using System.Text.Json;
using Sluice.Contracts.Management;

namespace Sluice.Contracts.Tests.Management;

public class ManagementJsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static UpdateKeyBody Update(string json) => JsonSerializer.Deserialize(json, ManagementJson.Default.UpdateKeyBody)!;

    [Fact]
    public void A_new_key_is_read_in_full()
    {
        var body = JsonSerializer.Deserialize("""
            {"name":"n","kind":"production","projectId":"prj_1","expiresAt":"2026-11-24T20:00:00+08:00","allowedNetworks":["10.0.0.0/8"],
             "scope":{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},
             "limits":{"callsPerDay":500,"requestsPerMinute":null,"concurrency":3}}
            """, ManagementJson.Default.KeyBody)!;

        body.ExpiresAt.Value.ShouldBe(Noon);
        body.ExpiresAt.Value!.Value.Offset.ShouldBe(TimeSpan.Zero);
        body.AllowedNetworks.ShouldBe(["10.0.0.0/8"]);
        body.Scope!.Models.ShouldBe(["deepseek-*"]);
        body.Limits!.CallsPerDay.Value.ShouldBe(500);
        (body.Limits.RequestsPerMinute.HasValue, body.Limits.RequestsPerMinute.Value).ShouldBe((true, null));
        body.Limits.TokensPerMinute.HasValue.ShouldBeFalse();
        body.Limits.Concurrency.Value.ShouldBe(3);
    }

    [Fact]
    public void Only_name_and_kind_of_a_new_key_are_needed()
    {
        var body = JsonSerializer.Deserialize("""{"name":"n","kind":"test"}""", ManagementJson.Default.KeyBody)!;

        (body.ProjectId, body.ExpiresAt.HasValue, body.AllowedNetworks, body.Scope, body.Limits).ShouldBe((null, false, null, null, null));
    }

    [Fact]
    public void Absent_and_null_are_told_apart_in_a_change()
    {
        var body = Update("""{"expiresAt":null,"limits":{"callsPerDay":null,"concurrency":0}}""");

        (body.ExpiresAt.HasValue, body.ExpiresAt.Value).ShouldBe((true, null));
        (body.Name.HasValue, body.Enabled.HasValue, body.AllowedNetworks.HasValue, body.Scope.HasValue).ShouldBe((false, false, false, false));
        (body.Limits.Value!.CallsPerDay.HasValue, body.Limits.Value.CallsPerDay.Value).ShouldBe((true, null));
        body.Limits.Value.Concurrency.Value.ShouldBe(0);
        body.Limits.Value.RequestsPerMinute.HasValue.ShouldBeFalse();
    }

    [Fact]
    public void A_change_is_written_with_its_nulls_and_without_what_is_absent()
        => JsonSerializer.Serialize(new UpdateKeyBody { ExpiresAt = (DateTimeOffset?)null, Limits = new KeyLimitsBody { CallsPerDay = 5L } }, ManagementJson.Default.UpdateKeyBody)
            .ShouldBe("""{"expiresAt":null,"limits":{"callsPerDay":5}}""");

    [Fact]
    public void A_change_of_nothing_is_an_empty_object() => JsonSerializer.Serialize(new UpdateUpstreamBody(), ManagementJson.Default.UpdateUpstreamBody).ShouldBe("{}");

    [Theory]
    [InlineData("""{"name":"n","kind":"test","colour":"red"}""")]
    [InlineData("""{"name":"n","kind":"test","limits":{"callsPerWeek":1}}""")]
    [InlineData("""{"name":"n","kind":"test","scope":{"verbs":[]}}""")]
    [InlineData("""{"name":"n","kind":"test","Name":"N"}""")]
    public void Unknown_members_of_a_body_are_refused(string json)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ManagementJson.Default.KeyBody)).Path.ShouldNotBeNull();

    [Theory]
    [InlineData("""{"name":"n","name":"m","kind":"test"}""")]
    [InlineData("""{"name":"n","kind":"test","limits":{"callsPerDay":1,"callsPerDay":2}}""")]
    public void Members_named_twice_are_refused(string json)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ManagementJson.Default.KeyBody));

    [Theory]
    [InlineData("""{"kind":"test"}""")]
    [InlineData("""{"name":null,"kind":"test"}""")]
    [InlineData("""{"name":1,"kind":"test"}""")]
    [InlineData("""{"name":"n","kind":"test","limits":{"callsPerDay":"5"}}""")]
    [InlineData("""{"name":"n","kind":"test","limits":{"callsPerDay":1.5}}""")]
    [InlineData("""{"name":"n","kind":"test","limits":{"concurrency":2147483648}}""")]
    [InlineData("""{"name":"n","kind":"test","allowedNetworks":"10.0.0.0/8"}""")]
    [InlineData("""{"name":"n","kind":"test","expiresAt":1764000000}""")]
    [InlineData("""{"name":"n","kind":"test","expiresAt":"2026-11-24"}""")]
    [InlineData("""{"name":"n","kind":"test","expiresAt":"2026-11-24T12:00:00"}""")]
    [InlineData("""{"name":"n","kind":"test","expiresAt":"soon"}""")]
    [InlineData("""{"name":"n","kind":"test","expiresAt":""}""")]
    public void A_body_with_a_wrong_type_or_without_a_needed_member_is_refused(string json)
        => Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ManagementJson.Default.KeyBody));

    [Fact]
    public void Instants_are_written_in_utc()
        => JsonSerializer.Serialize(new ProjectAnswer { Id = "prj_1", OrganisationId = "org_1", Name = "n", CreatedAt = Noon.ToOffset(TimeSpan.FromHours(8)), UpdatedAt = Noon.AddMilliseconds(7) },
                ManagementJson.Default.ProjectAnswer)
            .ShouldBe("""{"id":"prj_1","organisationId":"org_1","name":"n","createdAt":"2026-11-24T12:00:00.000Z","updatedAt":"2026-11-24T12:00:00.007Z"}""");

    private static KeyAnswer Key(string? secret = null) => new()
    {
        Id = "key_1", Name = "n", Kind = KeyKinds.Test, ProjectId = "prj_1", OrganisationId = "org_1", Prefix = "sk-slc_test_AbC", LastFour = "wxyz", Enabled = true,
        Status = KeyStatuses.Active, CreatedAt = Noon, UpdatedAt = Noon, AllowedNetworks = [], Scope = new KeyScopeAnswer { Routes = [], Models = [] },
        Limits = new KeyLimitsAnswer { CallsPerDay = 500 },
        Credentials = [new KeyCredentialAnswer { Prefix = "sk-slc_test_AbC", LastFour = "wxyz", CreatedAt = Noon }],
        Usage = new KeyUsageAnswer { Day = new DateOnly(2026, 11, 24), CallsToday = 3, CallsPerDay = 500 },
        Priority = "standard", RequiresSigning = false, Tags = [],
        Key = secret,
    };

    [Fact]
    public void A_key_says_its_nulls_but_has_no_secret()
        => JsonSerializer.Serialize(Key(), ManagementJson.Default.KeyAnswer).ShouldBe(
            """{"id":"key_1","name":"n","kind":"test","projectId":"prj_1","organisationId":"org_1","prefix":"sk-slc_test_AbC","lastFour":"wxyz","enabled":true,"status":"active","createdAt":"2026-11-24T12:00:00.000Z","updatedAt":"2026-11-24T12:00:00.000Z","expiresAt":null,"revokedAt":null,"allowedNetworks":[],"scope":{"routes":[],"models":[]},"limits":{"callsPerDay":500,"requestsPerMinute":null,"tokensPerMinute":null,"concurrency":null},"credentials":[{"prefix":"sk-slc_test_AbC","lastFour":"wxyz","createdAt":"2026-11-24T12:00:00.000Z","expiresAt":null}],"usage":{"day":"2026-11-24","callsToday":3,"callsPerDay":500},"owner":null,"narrowedBy":null,"tags":[],"priority":"standard","requiresSigning":false,"lastUse":null,"revokedReason":null}""");

    [Fact]
    public void A_page_of_keys_survives()
    {
        var json = JsonSerializer.Serialize(new Page<KeyAnswer> { Data = [Key("sk-slc_test_secret")], NextCursor = "c" }, ManagementJson.Default.PageKeyAnswer);
        var page = JsonSerializer.Deserialize(json, ManagementJson.Default.PageKeyAnswer)!;

        JsonSerializer.Serialize(page, ManagementJson.Default.PageKeyAnswer).ShouldBe(json);
        page.Data[0].Key.ShouldBe("sk-slc_test_secret");
    }

    [Fact]
    public void An_answer_of_a_newer_server_is_read()
        => JsonSerializer.Deserialize("""{"data":[],"nextCursor":null,"total":5}""", ManagementJson.Default.PageKeyAnswer)!.Data.ShouldBeEmpty();

    [Fact]
    public void Secrets_do_not_print()
    {
        Key("s3cret").ToString().ShouldNotContain("s3cret");
        new UpstreamBody { Name = "n", Kind = "openai", Models = [], ApiKey = "s3cret" }.ToString().ShouldNotContain("s3cret");
        new UpdateUpstreamBody { ApiKey = "s3cret" }.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public void A_problem_is_written_as_rfc_9457_has_it()
        => JsonSerializer.Serialize(new ProblemBody
        {
            Title = "t", Status = 400, Code = "invalid_value", RequestId = "req_1",
            Errors = [new FieldProblem { Field = "limits.callsPerDay", Message = "m", Allowed = "0 or more" }],
        }, ManagementJson.Default.ProblemBody).ShouldBe(
            """{"type":"about:blank","title":"t","status":400,"code":"invalid_value","errors":[{"field":"limits.callsPerDay","message":"m","allowed":"0 or more"}],"requestId":"req_1"}""");

    [Fact]
    public void A_request_survives()
    {
        var json = JsonSerializer.Serialize(new RequestAnswer
        {
            Id = "req_1", StartedAt = Noon, State = RequestStates.Settled, Day = new DateOnly(2026, 11, 24), Endpoint = "POST /v1/chat/completions", Stream = true, Status = 200,
            Stages = [new StageTimeAnswer { Name = "Authenticate", Microseconds = 12 }], TotalMicroseconds = 1000,
            Tokens = new RequestTokensAnswer { Prompt = 1, Cached = 0, Completion = 2, Reasoning = 0, Source = TokenSources.Reported },
            Cost = new CostAnswer { Nano = 1500, Currency = "USD" }, Counts = true,
        }, ManagementJson.Default.RequestAnswer);

        JsonSerializer.Serialize(JsonSerializer.Deserialize(json, ManagementJson.Default.RequestAnswer)!, ManagementJson.Default.RequestAnswer).ShouldBe(json);
        json.ShouldContain("\"stages\":[{\"name\":\"Authenticate\",\"microseconds\":12}]");
        json.ShouldContain("\"cost\":{\"nano\":1500,\"currency\":\"USD\"}");
        json.ShouldContain("\"firstByteMicroseconds\":null");
    }
}
