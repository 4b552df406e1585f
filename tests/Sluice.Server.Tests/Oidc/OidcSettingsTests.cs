using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Testing;

namespace Sluice.Server.Tests.Oidc;

public sealed class OidcSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SignInSettings Read(Dictionary<string, string> settings)
        => SettingsFile.Read(new CommandLine(null, null, false, false), _folder.Path, settings.ToDictionary(s => "Sluice__" + s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value), null, out _).SignIn;

    private string[] Refused(Dictionary<string, string> settings) => Should.Throw<StartupException>(() => Read(settings)).Message.Split(Environment.NewLine);

    private static Dictionary<string, string> Provider(params (string Name, string Value)[] changes)
    {
        var all = new Dictionary<string, string> { ["Oidc:0:Name"] = "acme", ["Oidc:0:Issuer"] = "https://id.example.com/realms/acme", ["Oidc:0:ClientId"] = "sluice" };
        foreach (var (name, value) in changes) all["Oidc:0:" + name] = value;
        return all;
    }

    [Fact]
    public void A_provider_creates_nothing_and_believes_nothing_unless_told_to()
    {
        var provider = Read(Provider()).Providers.ShouldHaveSingleItem();
        (provider.Title, provider.ClientSecret, provider.RolesClaim, provider.OrganisationId, provider.AutoCreate, provider.TrustEmail).ShouldBe(("acme", null, null, null, false, false));
        provider.Scopes.ShouldBe(["openid", "email", "profile"]);
    }

    [Fact]
    public void A_provider_is_read_with_all_its_settings()
    {
        var provider = Read(Provider(("Title", "Acme 登录"), ("ClientSecret", "canary"), ("Scopes", "email groups"), ("RolesClaim", "groups"), ("OrganisationId", "org_01"), ("AutoCreate", "true"), ("TrustEmail", "true"),
            ("RoleMap:llm-admins", "role_admin"), ("RoleMap:0", "urn:acme:a=b=rol_01"))).Providers.ShouldHaveSingleItem();
        provider.Scopes.ShouldBe(["openid", "email", "groups"]);
        provider.RoleMap.ShouldBe([("urn:acme:a=b", "rol_01"), ("llm-admins", "role_admin")], ignoreOrder: true);
        provider.ClientSecret!.Reveal().ShouldBe("canary");
        provider.ToString().ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://[::1]:8080")]
    public void A_provider_on_this_machine_may_do_without_TLS(string issuer) => Read(Provider(("Issuer", issuer))).Providers.ShouldHaveSingleItem().Issuer.ShouldBe(issuer);

    [Theory]
    [InlineData("Name", "", "Sluice:Oidc:0:Name is missing")]
    [InlineData("Name", "Acme", "must be 1 to 32 lower-case letters")]
    [InlineData("Name", "a/b", "must be 1 to 32 lower-case letters")]
    [InlineData("Issuer", "", "Sluice:Oidc:0:Issuer is missing")]
    [InlineData("Issuer", "id.example.com", "must be an absolute URL")]
    [InlineData("Issuer", "http://id.example.com/", "must begin with https://")]
    [InlineData("Issuer", "https://id.example.com/?a=b", "must be an absolute URL without user, query and fragment")]
    [InlineData("ClientId", "", "Sluice:Oidc:0:ClientId is missing")]
    [InlineData("Scopes", "a\"b", "must be names of scopes")]
    [InlineData("OrganisationId", "acme", "must be the id of an organisation")]
    [InlineData("RolesClaim", "groups", "Sluice:Oidc:0:OrganisationId is missing")]
    [InlineData("RoleMap:admins", "role_admin", "Sluice:Oidc:0:RolesClaim is missing")]
    [InlineData("AutoCreate", "yes", "must be true or false")]
    [InlineData("Secret", "canary", "is not a setting of Sluice")]
    public void A_wrong_setting_is_refused_in_one_sentence(string name, string value, string expected)
    {
        var sentence = Refused(Provider((name, value))).ShouldHaveSingleItem();
        sentence.ShouldContain(expected);
        sentence.ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("role_nobody")]
    [InlineData("")]
    public void A_role_that_cannot_exist_is_refused(string role)
    {
        var settings = Provider(("RolesClaim", "groups"), ("OrganisationId", "org_01"), ("RoleMap:admins", role));
        if (role.Length == 0) Read(settings).Providers.Single().RoleMap.ShouldBeEmpty();
        else Refused(settings).ShouldHaveSingleItem().ShouldContain("must give a role: role_owner");
    }

    [Fact]
    public void Two_providers_of_one_name_are_refused()
    {
        var settings = Provider();
        foreach (var (name, value) in Provider()) settings[name.Replace(":0:", ":1:", StringComparison.Ordinal)] = value;
        Refused(settings).ShouldHaveSingleItem().ShouldContain("must be different from the other providers' names");
    }

    [Fact]
    public void Nobody_can_be_locked_out_by_one_setting()
    {
        Refused(new() { ["SignIn:OidcOnly"] = "true" }).ShouldHaveSingleItem().ShouldContain("nobody could sign in");
        Refused(new() { ["SignIn:OidcOnly"] = "maybe" }).ShouldHaveSingleItem().ShouldContain("must be true or false");
    }
}
