using Microsoft.Extensions.Configuration;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Testing;

namespace Sluice.Server.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private static readonly CommandLine Nothing = new(null, null, false, false);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ServerSettings Read(Dictionary<string, string>? environment = null, CommandLine? commandLine = null)
        => SettingsFile.Read(commandLine ?? Nothing, _folder.Path, environment ?? [], null, out _);

    private string Refused(Dictionary<string, string> environment, CommandLine? commandLine = null)
        => Should.Throw<StartupException>(() => Read(environment, commandLine)).Message;

    private static Dictionary<string, string> Upstream(params (string Name, string Value)[] changes)
    {
        var all = new Dictionary<string, string>
        {
            ["Sluice__Upstreams__0__Name"] = "mine",
            ["Sluice__Upstreams__0__BaseUrl"] = "https://llm.example/v1",
            ["Sluice__Upstreams__0__Models"] = "one",
        };
        foreach (var (name, value) in changes) all[$"Sluice__Upstreams__0__{name}"] = value;
        return all;
    }

    [Fact]
    public void Without_settings_the_server_listens_on_loopback_and_keeps_its_data_in_the_working_folder()
    {
        var settings = Read();
        settings.Urls.ShouldBe(["http://localhost:5080"]);
        settings.DataFolder.ShouldBe(_folder.File("data"));
        settings.Database.ShouldBeNull();
        settings.Upstreams.ShouldBeEmpty();
        settings.TrustedProxies.ShouldBeEmpty();
        settings.Drain.ShouldBe(new DrainSettings(TimeSpan.Zero, TimeSpan.FromSeconds(25)));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        var settings = Read(new() { ["Sluice__Data"] = "/a", ["Sluice__Urls"] = "http://127.0.0.1:1" }, new CommandLine("http://127.0.0.1:2", "b", false, false));
        settings.Urls.ShouldBe(["http://127.0.0.1:2"]);
        settings.DataFolder.ShouldBe(_folder.File("b"));
    }

    [Fact]
    public void The_environment_wins_over_dot_env_which_wins_over_the_settings_file()
    {
        _folder.Write("appsettings.json", """{"Sluice":{"Sandbox":{"TokensPerSecond":1},"Drain":{"DelaySeconds":1,"TimeoutSeconds":1}}}""");
        _folder.Write(".env", "Sluice__Drain__DelaySeconds=2\nSluice__Drain__TimeoutSeconds=2\n");
        var settings = Read(new() { ["Sluice__Drain__TimeoutSeconds"] = "3" });
        (settings.Sandbox.TokensPerSecond, settings.Drain.Delay.TotalSeconds, settings.Drain.Timeout.TotalSeconds).ShouldBe((1, 2, 3));
    }

    [Theory]
    [InlineData("DEEPSEEK_API_KEY", "deepseek", "https://api.deepseek.com/", "deepseek-*")]
    [InlineData("OPENAI_API_KEY", "openai", "https://api.openai.com/v1", "gpt-*")]
    [InlineData("DASHSCOPE_API_KEY", "dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen*")]
    [InlineData("MOONSHOT_API_KEY", "moonshot", "https://api.moonshot.cn/v1", "kimi-*")]
    [InlineData("ZHIPUAI_API_KEY", "zhipu", "https://open.bigmodel.cn/api/paas/v4", "glm-*")]
    [InlineData("SILICONFLOW_API_KEY", "siliconflow", "https://api.siliconflow.cn/v1", "Qwen/*")]
    [InlineData("OPENROUTER_API_KEY", "openrouter", "https://openrouter.ai/api/v1", "openai/*")]
    [InlineData("ARK_API_KEY", "ark", "https://ark.cn-beijing.volces.com/api/v3", "doubao-*")]
    public void A_vendors_key_switches_its_upstream_on(string variable, string name, string url, string model)
    {
        var upstream = Read(new() { [variable] = "secret-1" }).Upstreams.ShouldHaveSingleItem();
        upstream.Name.ShouldBe(name);
        upstream.Id.ShouldBe("cfg_" + name);
        upstream.Kind.ShouldBe(UpstreamKind.OpenAI);
        upstream.BaseUrl.AbsoluteUri.ShouldBe(url);
        upstream.ApiKey!.Reveal().ShouldBe("secret-1");
        upstream.Models.ShouldContain(new ServedModel(model, model));
    }

    [Theory]
    [InlineData("DEEPSEEK_API_KEY=abc")]
    [InlineData("DEEPSEEK_API_KEY=\"abc\"")]
    [InlineData("# a comment\nexport DEEPSEEK_API_KEY='abc' # mine\n")]
    public void A_vendors_key_is_found_in_dot_env(string text)
    {
        _folder.Write(".env", text);
        Read().Upstreams.ShouldHaveSingleItem().ApiKey!.Reveal().ShouldBe("abc");
    }

    [Fact]
    public void Dot_env_does_not_override_the_real_environment()
    {
        _folder.Write(".env", "DEEPSEEK_API_KEY=from-file");
        Read(new() { ["DEEPSEEK_API_KEY"] = "from-environment" }).Upstreams.ShouldHaveSingleItem().ApiKey!.Reveal().ShouldBe("from-environment");
    }

    [Fact]
    public void Dot_env_is_not_put_into_the_environment_of_the_process()
    {
        _folder.Write(".env", "SLUICE_TEST_CANARY=1\nDEEPSEEK_API_KEY=x");
        Read();
        Environment.GetEnvironmentVariable("SLUICE_TEST_CANARY").ShouldBeNull();
    }

    [Fact]
    public void An_unreadable_dot_env_is_refused_without_repeating_its_lines()
    {
        _folder.Write(".env", "DEEPSEEK_API_KEY=\"secret-that-never-ends\nOTHER=1\n");
        var message = Refused([]);
        message.ShouldContain(".env cannot be understood");
        message.ShouldNotContain("secret-that-never-ends");
    }

    [Fact]
    public void OPENAI_BASE_URL_moves_the_upstream_and_opens_it_to_every_model()
    {
        var upstream = Read(new() { ["OPENAI_API_KEY"] = "k", ["OPENAI_BASE_URL"] = "http://127.0.0.1:8000/v1/" }).Upstreams.ShouldHaveSingleItem();
        upstream.BaseUrl.AbsoluteUri.ShouldBe("http://127.0.0.1:8000/v1");
        upstream.Models.ShouldContain(new ServedModel("*", "*"));
    }

    [Fact]
    public void A_configured_upstream_replaces_the_vendors_of_the_same_name()
    {
        var environment = Upstream(("Name", "deepseek"));
        environment["DEEPSEEK_API_KEY"] = "k";
        Read(environment).Upstreams.ShouldHaveSingleItem().BaseUrl.Host.ShouldBe("llm.example");
    }

    [Fact]
    public void An_upstream_is_read_with_all_its_settings()
    {
        var upstream = Read(Upstream(("BaseUrl", "http://10.1.2.3:8000/v1/"), ("ApiKey", "abc"), ("Models", "one, small=big-model-v2 ,pre-*"), ("Priority", "5"), ("Weight", "7"),
            ("ConnectTimeout", "1.5"), ("FirstByteTimeout", "00:02:00"), ("IdleTimeout", "30"), ("Enabled", "false"))).Upstreams.ShouldHaveSingleItem();
        upstream.BaseUrl.AbsoluteUri.ShouldBe("http://10.1.2.3:8000/v1");
        upstream.Models.ShouldBe([new("one", "one"), new("small", "big-model-v2"), new("pre-*", "pre-*")]);
        (upstream.Priority, upstream.Weight, upstream.Enabled, upstream.AllowPrivateAddress).ShouldBe((5, 7, false, true));
        (upstream.ConnectTimeout.TotalSeconds, upstream.FirstByteTimeout.TotalSeconds, upstream.IdleTimeout.TotalSeconds).ShouldBe((1.5, 120, 30));
    }

    [Fact]
    public void Models_may_be_an_array()
    {
        _folder.Write("appsettings.json", """{"Sluice":{"Upstreams":[{"Name":"a","BaseUrl":"http://x/","Models":["one","two=2"]}]}}""");
        Read().Upstreams.ShouldHaveSingleItem().Models.ShouldBe([new("one", "one"), new("two", "2")]);
    }

    [Fact]
    public void A_sandbox_upstream_needs_no_url()
        => Read(new() { ["Sluice__Upstreams__0__Name"] = "play", ["Sluice__Upstreams__0__Kind"] = "sandbox", ["Sluice__Upstreams__0__Models"] = "toy" })
            .Upstreams.ShouldHaveSingleItem().Kind.ShouldBe(UpstreamKind.Sandbox);

    [Theory]
    [InlineData("BaseUrl", "ftp://x", "Sluice:Upstreams:0:BaseUrl (environment variable Sluice__Upstreams__0__BaseUrl) is 'ftp://x': must be an absolute http or https URL.")]
    [InlineData("BaseUrl", "llm.example", "is 'llm.example': must be an absolute http or https URL.")]
    [InlineData("BaseUrl", "", "Sluice:Upstreams:0:BaseUrl is missing: give the URL that '/chat/completions' is appended to")]
    [InlineData("BaseUrl", "https://x/v1?key=1", "without query")]
    [InlineData("BaseUrl", "https://x/v1#a", "without query")]
    [InlineData("Name", "", "Sluice:Upstreams:0:Name is missing")]
    [InlineData("Name", "a b", "is 'a b': must be 1 to 64 letters")]
    [InlineData("Kind", "azure", "is 'azure': must be one of openai, sandbox.")]
    [InlineData("Kind", "1", "is '1': must be one of openai, sandbox.")]
    [InlineData("Models", "", "Sluice:Upstreams:0:Models is missing: name the models it serves")]
    [InlineData("Models", "a b", "is 'a b': must be a model name")]
    [InlineData("Models", "a*b", "is 'a*b': must be a model name")]
    [InlineData("Models", "a*=b", "must be a model name")]
    [InlineData("Models", "=b", "must be a model name")]
    [InlineData("Models", "a=", "must be a model name")]
    [InlineData("Models", "a,b,a", "names 'a' twice")]
    [InlineData("Priority", "-1", "is '-1': must be a whole number from 0 to 1000.")]
    [InlineData("Weight", "0", "is '0': must be a whole number from 1 to 1000.")]
    [InlineData("Weight", "2.5", "is '2.5': must be a whole number from 1 to 1000.")]
    [InlineData("ConnectTimeout", "soon", "is 'soon': must be a time in seconds, or as hh:mm:ss, from 0.1 to 60 seconds.")]
    [InlineData("ConnectTimeout", "61", "is '61': must be a time")]
    [InlineData("IdleTimeout", "0", "is '0': must be a time")]
    [InlineData("FirstByteTimeout", "1e9", "is '1e9': must be a time")]
    [InlineData("Enabled", "yes", "is 'yes': must be true or false.")]
    [InlineData("BaseURI", "http://x", "Sluice:Upstreams:0:BaseURI (environment variable Sluice__Upstreams__0__BaseURI) is not a setting of Sluice; did you mean Sluice:Upstreams:0:BaseUrl?")]
    public void A_wrong_upstream_setting_is_refused_by_name(string name, string value, string expected)
        => Refused(Upstream((name, value))).ShouldContain(expected);

    [Theory]
    [InlineData("Sluice__TrustedProxys", "10.0.0.0/8", "is not a setting of Sluice; did you mean Sluice:TrustedProxies?")]
    [InlineData("Sluice__Drain__Delay", "1", "did you mean Sluice:Drain:DelaySeconds?")]
    [InlineData("Sluice__Whatever", "1", "Sluice:Whatever (environment variable Sluice__Whatever) is not a setting of Sluice.")]
    [InlineData("Sluice__Upstreams__first__Name", "1", "is not a setting of Sluice")]
    [InlineData("Sluice__TrustedProxies", "10.0.0.1/8", "is '10.0.0.1/8': has bits set after its prefix")]
    [InlineData("Sluice__TrustedProxies__0", "010.0.0.1", "Sluice:TrustedProxies:0 (environment variable Sluice__TrustedProxies__0) is '010.0.0.1': must be an IP address or a CIDR block")]
    [InlineData("Sluice__TrustedProxies", "0.0.0.0/0", "trusts every address")]
    [InlineData("Sluice__TrustedProxies", "::/0", "trusts every address")]
    [InlineData("Sluice__Database", "sluice.db", "must be a PostgreSQL connection string")]
    [InlineData("Sluice__Drain__TimeoutSeconds", "-1", "must be a time")]
    [InlineData("Sluice__Ledger__Durability", "maybe", "must be one of process, power.")]
    [InlineData("Sluice__Ledger__FlushIntervalMs", "10001", "must be a whole number from 1 to 10000.")]
    [InlineData("Sluice__Sandbox__TokensPerSecond", "-1", "must be a whole number from 0")]
    [InlineData("Sluice__Sandbox__Enabled", "1", "must be true or false.")]
    [InlineData("Sluice__PublicBaseUrl", "sluice.example", "must be an absolute http or https URL.")]
    [InlineData("Sluice__TimeZone", "China Standard Time", "must be the IANA name of a time zone")]
    [InlineData("Sluice__TimeZone", "Mars/Olympus", "must be the IANA name of a time zone")]
    [InlineData("Sluice__Urls", "localhost:5080", "must be http://<address>:<port>")]
    [InlineData("Sluice__Urls", "http://localhost:0", "with port 0 the address must be a number")]
    [InlineData("Sluice__Urls", "ftp://localhost:1", "must be http://<address>:<port>")]
    [InlineData("Sluice__Urls", ";", "names no address to listen on")]
    [InlineData("DEEPSEEK_BASE_URL", "nonsense", "DEEPSEEK_BASE_URL must be an absolute http or https URL")]
    public void A_wrong_setting_is_refused_by_name(string variable, string value, string expected)
        => Refused(new() { [variable] = value, ["DEEPSEEK_API_KEY"] = "k" }).ShouldContain(expected);

    [Theory]
    [InlineData("Model", "", "Sluice:Prices:0:Model is missing")]
    [InlineData("Model", "a=b", "must be a model name or a prefix")]
    [InlineData("Currency", "yuan", "must be an ISO 4217 code")]
    [InlineData("Currency", "", "Sluice:Prices:0:Currency is missing")]
    [InlineData("InputPerMillion", "", "Sluice:Prices:0:InputPerMillion is missing")]
    [InlineData("InputPerMillion", "-1", "must be a number from 0 to 1000000")]
    [InlineData("OutputPerMillion", "1,5", "must be a number from 0 to 1000000")]
    [InlineData("OutputPerMillion", "NaN", "must be a number from 0 to 1000000")]
    public void A_wrong_price_is_refused_by_name(string name, string value, string expected)
    {
        var environment = Price();
        environment[$"Sluice__Prices__0__{name}"] = value;
        Refused(environment).ShouldContain(expected);
    }

    [Fact]
    public void Prices_are_kept_as_whole_numbers()
    {
        var price = Read(Price()).Prices.ShouldHaveSingleItem();
        (price.Model, price.Currency, price.InputNanoPerMillion, price.CachedInputNanoPerMillion, price.OutputNanoPerMillion)
            .ShouldBe(("deepseek-*", "CNY", 2_000_000_000, 2_000_000_000, 3_500_000_000));
    }

    [Fact]
    public void A_model_priced_twice_is_refused()
    {
        var environment = Price();
        foreach (var (name, value) in Price()) environment[name.Replace("__0__", "__1__", StringComparison.Ordinal)] = value;
        Refused(environment).ShouldContain("Sluice:Prices:1:Model (environment variable Sluice__Prices__1__Model) is 'deepseek-*': has a price already.");
    }

    private static Dictionary<string, string> Price() => new()
    {
        ["Sluice__Prices__0__Model"] = "deepseek-*",
        ["Sluice__Prices__0__Currency"] = "CNY",
        ["Sluice__Prices__0__InputPerMillion"] = "2",
        ["Sluice__Prices__0__OutputPerMillion"] = "3.5",
    };

    [Fact]
    public void Every_mistake_is_told_at_once()
        => Refused(Upstream(("Weight", "0"), ("Priority", "x"), ("Colour", "red"))).Split(Environment.NewLine).Length.ShouldBe(3);

    [Fact]
    public void Two_upstreams_of_one_name_are_refused()
    {
        var environment = Upstream();
        environment["Sluice__Upstreams__1__Name"] = "MINE";
        environment["Sluice__Upstreams__1__BaseUrl"] = "http://y";
        environment["Sluice__Upstreams__1__Models"] = "two";
        Refused(environment).ShouldContain("Sluice:Upstreams:1:Name (environment variable Sluice__Upstreams__1__Name) is 'MINE': must be different");
    }

    [Theory]
    [InlineData("ApiKey", "canary with spaces")]
    [InlineData("ApiKey", "canary\u00e9")]
    [InlineData("BaseUrl", "https://user:canary@llm.example/v1")]
    public void A_secret_is_never_repeated_in_a_refusal(string name, string value)
    {
        var message = Refused(Upstream((name, value)));
        message.ShouldContain($"Sluice:Upstreams:0:{name}");
        message.ShouldNotContain("canary");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("TRUE")]
    [InlineData("1")]
    public void Forwarded_headers_from_anybody_are_refused(string value)
        => Refused(new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = value }).ShouldContain("Sluice:TrustedProxies");

    [Fact]
    public void A_settings_file_that_is_not_JSON_is_named()
    {
        var path = _folder.Write("appsettings.json", "{ not json");
        Refused([]).ShouldContain(path);
    }

    [Fact]
    public void A_secret_setting_does_not_print() => Read(new() { ["Sluice__Database"] = "Host=h;Password=canary" }).ToString().ShouldNotContain("canary");
}
