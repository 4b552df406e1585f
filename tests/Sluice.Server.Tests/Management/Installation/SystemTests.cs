using Sluice.Server.Tests.Management.Organisations;

namespace Sluice.Server.Tests.Management.Installation;

public class SystemTests(ManagementServer server) : IClassFixture<ManagementServer>
{
    [Fact]
    public async Task The_operator_learns_version_and_health_and_nobody_else_does()
    {
        var founded = await Founded.NewAsync(server);
        ((int)(await founded.SendAsync("GET", "/system")).Status).ShouldBe(403);
        var system = await server.SendAsync("GET", "/api/v1/system");
        ((int)system.Status).ShouldBe(200, system.Text);
        system.Json.GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
        system.Json.GetProperty("canMail").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_member_shows_whether_a_second_factor_is_on()
    {
        var founded = await Founded.NewAsync(server);
        var developer = await founded.AddAsync("role_developer");
        var member = (await founded.DoAsync(200, "GET", "/members/" + developer.AccountId)).Json;
        member.GetProperty("secondFactor").GetBoolean().ShouldBeFalse();
        await server.QueryAsync(async db =>
        {
            (await db.Accounts.FindAsync(developer.AccountId))!.TwoFactorEnabled = true;
            return await db.SaveChangesAsync();
        });
        (await founded.DoAsync(200, "GET", "/members/" + developer.AccountId)).Json.GetProperty("secondFactor").GetBoolean().ShouldBeTrue();
    }
}
