using System.Net;

namespace Sluice.Console.Tests.Pages.Lab;

public sealed class PlaygroundTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> OpenAsync(ConsoleVisitor ada, string? form, string body = "{}")
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = ada.Cookies }) { BaseAddress = new Uri(bed.Server.BaseUrl) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/console/playground/session") { Content = new StringContent(body, null, "application/json") };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        if (form is not null) request.Headers.Add("x-sluice-form", form);
        return await client.SendAsync(request, Token);
    }

    [Fact]
    public async Task A_token_is_given_to_the_page_s_own_script_only_and_is_kept_nowhere()
    {
        using var ada = await bed.AdaAsync();
        var page = await ada.GetAsync("/console/playground");
        using var without = await OpenAsync(ada, null);
        without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        using var answer = await OpenAsync(ada, page.Find("chat-playground [name=_form]")!.GetAttribute("value"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var token = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("token").GetString()!;
        using var client = bed.Server.NewClient(token);
        (await client.GetAsync("/v1/models", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ada.GetAsync("/console/playground")).Html.ShouldNotContain(token);
        bed.Server.Output.ShouldNotContain(token);
    }

    [Fact]
    public async Task Replaying_a_recorded_call_takes_its_model_and_key_over_and_says_that_no_prompt_is_kept()
    {
        using var ada = await bed.AdaAsync();
        var (id, keyId) = await CallBed.CallAsync(bed, ada, "gpt-4o-mini");
        var page = await ada.GetAsync("/console/playground?requestId=" + id);
        var island = page.Find("chat-playground")!;
        island.GetAttribute("data-model").ShouldBe("gpt-4o-mini");
        island.GetAttribute("data-key").ShouldBe(keyId);
        page.Find("select[name=keyId] option[selected]")!.GetAttribute("value").ShouldBe(keyId);
        page.Text.ShouldContain("The log keeps no prompts");
        (await ada.GetAsync("/console/playground?requestId=req_01M8717N140002AEKNAC3TT3GZ")).Text.ShouldContain("is not in the part of the log that you see");
    }

    [Fact]
    public async Task Sandbox_models_are_marked_for_the_script()
    {
        using var ada = await bed.AdaAsync();
        var models = System.Text.Json.JsonDocument.Parse((await ada.GetAsync("/console/playground")).Find("chat-playground")!.GetAttribute("data-models")!).RootElement;
        models.EnumerateArray().Single(static m => m.GetProperty("name").GetString() == "deepseek-chat").GetProperty("sandbox").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("' onmouseover=alert(1) x='")]
    public async Task Hostile_addresses_put_nothing_into_the_page(string value)
    {
        using var ada = await bed.AdaAsync();
        foreach (var name in (string[])["model", "keyId", "requestId"])
        {
            var page = await ada.GetAsync($"/console/playground?{name}={Uri.EscapeDataString(value)}");
            page.Document.QuerySelectorAll("main script, [onmouseover]").ShouldBeEmpty();
        }
    }
}
