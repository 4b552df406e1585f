using System.Net;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Tests.Management.Quota;

/// <summary>What an organisation may give its own keys, by its tier.</summary>
public class TierLimitsTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    // Of the tier 'personal': 2000 calls a day, 60 requests and 200,000 tokens a minute, 10 at once.
    [Theory]
    [InlineData(2000L, 60L, 200_000L, 10, "")]
    [InlineData(0L, 0L, 0L, 0, "")]
    [InlineData(2001L, 60L, 200_000L, 10, "limits.callsPerDay")]
    [InlineData(2000L, 61L, 200_001L, 10, "limits.requestsPerMinute limits.tokensPerMinute")]
    [InlineData(2000L, 60L, 200_000L, 11, "limits.concurrency")]
    [InlineData(null, null, null, null, "limits.callsPerDay limits.requestsPerMinute limits.tokensPerMinute limits.concurrency")]
    public async Task Limits_above_the_tier_are_refused_by_name_and_none_is_above_every_ceiling(long? calls, long? requests, long? tokens, int? concurrency, string refused)
    {
        await using var db = server.Database.CreateContext();
        var refusal = await TierLimits.CheckAsync(Call(db), "production", calls, requests, tokens, concurrency);
        string.Join(' ', refusal?.Fields?.Select(f => f.Field) ?? []).ShouldBe(refused);
        refusal?.Code.ShouldBe(ErrorCodes.AboveTier);
        (await TierLimits.CheckAsync(Call(db, isOperator: true), "production", calls, requests, tokens, concurrency)).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_key_has_already_is_not_held_against_it()
    {
        await using var db = server.Database.CreateContext();
        var was = new LimitValues(9000, null, 100, 5);
        (await TierLimits.CheckAsync(Call(db), "production", was, was)).ShouldBeNull();
        (await TierLimits.CheckAsync(Call(db), "production", was with { CallsPerDay = 8000, RequestsPerMinute = 900 }, was)).ShouldBeNull();
        (await TierLimits.CheckAsync(Call(db), "production", was with { CallsPerDay = 9001 }, was))!.Fields!.Single().Field.ShouldBe("limits.callsPerDay");
        (await TierLimits.CheckAsync(Call(db), "production", was with { TokensPerMinute = 200_001 }, was))!.Fields!.Single().Field.ShouldBe("limits.tokensPerMinute");
    }

    [Fact]
    public async Task A_new_key_starts_with_what_the_tier_gives()
    {
        await using var db = server.Database.CreateContext();
        (await TierLimits.DefaultsAsync(Call(db), "test")).ShouldBe(new LimitValues(500, 60, 200_000, 10));
        (await TierLimits.DefaultsAsync(Call(db), "production")).ShouldBe(new LimitValues(1000, 60, 200_000, 10));
        (await TierLimits.DefaultsAsync(Call(db, isOperator: true), "test")).ShouldBe(new LimitValues(500, null, null, null));
        (await TierLimits.DefaultsAsync(Call(db, isOperator: true), "production")).ShouldBe(new LimitValues(null, null, null, null));
    }

    private OperationCall Call(SluiceDb db, bool isOperator = false)
    {
        var caller = new Caller { ActorId = "acc_x", OrganisationId = isOperator ? ManagementServer.OrganisationA : ManagementServer.OrganisationB, Rights = Rights.Everything, IsOperator = isOperator };
        return new OperationCall
        {
            Caller = caller, RequestId = "req_x", Id = "", Query = new QueryFields(new Microsoft.AspNetCore.Http.QueryCollection()), Body = BodyFields.Empty(), Data = new OrganisationScope(db, caller, null),
            Accounts = new AccountScope(db, caller), OpenInstallation = () => new InstallationScope(db, caller), ClientIp = IPAddress.Loopback, BaseUrl = "http://localhost", Tools = null!,
            Now = server.Time.GetUtcNow(), CancellationToken = TestContext.Current.CancellationToken,
        };
    }
}
