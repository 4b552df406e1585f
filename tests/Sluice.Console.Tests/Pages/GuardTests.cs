using System.Net;
using System.Text;

namespace Sluice.Console.Tests.Pages;

/// <summary>What is turned away before a page is made, and in which words.</summary>
public sealed class GuardTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/console/sign-in")]
    [InlineData("/console/passkey/question")]
    [InlineData("/console/look")]
    public async Task A_stranger_cannot_make_the_server_hold_a_large_form(string path)
    {
        using var client = bed.Server.NewClient(null);
        using var answer = await client.PostAsync(path, new StringContent("a=" + new string('x', 256 * 1024), Encoding.ASCII, "application/x-www-form-urlencoded"), Token);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("role=\"alert\"");
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nno colon\r\n")]
    [InlineData("multipart/form-data", "x")]
    [InlineData("application/x-www-form-urlencoded", "%zz&=&&&=%")]
    [InlineData("application/json", "{")]
    public async Task A_form_that_is_none_is_a_mistake_and_no_defect(string type, string body)
    {
        using var client = bed.Server.NewClient(null);
        foreach (var path in (string[])["/console/sign-in", "/console/look", "/console/passkey/sign-in"])
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await client.PostAsync(path, content, Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{path} {type}");
        }

        bed.Server.Output.ShouldNotContain("This is a defect");
    }

    [Fact]
    public async Task What_a_script_sends_is_bounded_with_its_token_too()
    {
        using var ada = await bed.AdaAsync();
        var token = (await ada.GetAsync("/console/keys")).Find("input[name=_form]")!.GetAttribute("value")!;
        (await ada.SendAsync("/console/playground/session", new string(' ', 256 * 1024) + "{}", token)).Status.ShouldBe(413);
        (await ada.SendAsync("/console/playground/session", "{}", token)).Status.ShouldBeOneOf(200, 201);
    }

    [Fact]
    public async Task A_form_without_its_token_is_told_what_to_do()
    {
        using var client = bed.Server.NewClient(null);
        using var answer = await client.PostAsync("/console/sign-in", new FormUrlEncodedContent([new("_handler", "sign-in"), new("email", ConsoleBed.Email)]), Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("load the page again");
    }

    [Fact]
    public async Task Chinese_goes_out_as_it_is_and_markup_as_text()
    {
        using var ada = await bed.AdaAsync("zh-CN");
        var page = await ada.GetAsync("/console/keys?q=%3Cb%3E%E5%AF%86%E9%92%A5");
        page.Html.ShouldContain("&lt;b&gt;密钥");
        page.Html.ShouldNotContain("&#x5BC6;");
    }
}
