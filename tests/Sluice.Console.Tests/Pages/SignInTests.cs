namespace Sluice.Console.Tests.Pages;

public sealed class SignInTests(ConsoleBed bed) : IClassFixture<ConsoleBed>
{
    [Fact]
    public async Task Whoever_is_not_signed_in_is_asked_to_and_comes_back_to_where_they_wanted_to_go()
    {
        using var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
        var page = await visitor.GetAsync("/console/account?x=1");
        page.Path.ShouldBe("/console/sign-in?return=%2Fconsole%2Faccount%3Fx%3D1");
        page = await visitor.SubmitAsync(page, "sign-in", ("email", ConsoleBed.Email), ("password", ConsoleBed.Password));
        page.Path.ShouldBe("/console/account?x=1");
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_are_told_the_same()
    {
        using var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
        var page = await visitor.GetAsync("/console/sign-in");
        var wrong = await visitor.SubmitAsync(page, "sign-in", ("email", ConsoleBed.Email), ("password", "wrong"));
        var unknown = await visitor.SubmitAsync(page, "sign-in", ("email", "nobody@acme.example"), ("password", "wrong"));
        wrong.Find("[role=alert] b")!.TextContent.ShouldBe(unknown.Find("[role=alert] b")!.TextContent);
        // What was typed is kept, but for the password.
        wrong.Find("[name=email]")!.GetAttribute("value").ShouldBe(ConsoleBed.Email);
        wrong.Find("[name=password]")!.GetAttribute("value").ShouldBeNullOrEmpty();
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/console\\..\\evil")]
    [InlineData("/consoles")]
    public async Task Nobody_is_led_elsewhere_after_signing_in(string wanted)
    {
        using var visitor = new ConsoleVisitor(bed.Server.BaseUrl);
        var page = await visitor.GetAsync("/console/sign-in?return=" + Uri.EscapeDataString(wanted));
        page = await visitor.SubmitAsync(page, "sign-in", ("email", ConsoleBed.Email), ("password", ConsoleBed.Password));
        page.Path.ShouldBe("/console");
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var client = bed.Server.NewClient(null);
        using var answer = await client.PostAsync("/console/sign-in", new FormUrlEncodedContent([new("_handler", "sign-in"), new("email", ConsoleBed.Email), new("password", ConsoleBed.Password)]), TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(400);
        answer.Headers.TryGetValues("Set-Cookie", out var cookies);
        (cookies ?? []).ShouldNotContain(c => c.StartsWith("sluice_session"));
    }
}
