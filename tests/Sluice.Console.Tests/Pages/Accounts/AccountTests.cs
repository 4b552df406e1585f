using System.Buffers.Binary;
using System.Security.Cryptography;
using Sluice.Testing;

namespace Sluice.Console.Tests.Pages.Accounts;

/// <summary>What a person does with their own account. Each test has a server of its own: they change what the others sign in with.</summary>
public sealed class AccountTests
{
    private static async Task<(SluiceServer Server, ConsoleVisitor Ada)> StartAsync(MovableTime? time = null)
    {
        var server = await SluiceServer.StartAsync(new SluiceServerOptions { Time = time });
        await ConsoleBed.SetUpAsync(server);
        var ada = new ConsoleVisitor(server.BaseUrl);
        await ada.SignInAsync(ConsoleBed.Email, ConsoleBed.Password);
        return (server, ada);
    }

    [Fact]
    public async Task A_name_is_saved_and_one_changed_elsewhere_meanwhile_is_shown()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var first = await ada.GetAsync("/console/account");
        var second = await ada.GetAsync("/console/account");
        (await ada.SubmitAsync(first, "profile", ("name", "Ada L."))).Find("#f-name")!.GetAttribute("value").ShouldBe("Ada L.");
        var stale = await ada.SubmitAsync(second, "profile", ("name", "Countess"));
        stale.Text.ShouldContain("the name is “Ada L.” there");
        stale.Find("#f-name")!.GetAttribute("value").ShouldBe("Countess");
        (await ada.SubmitAsync(stale, "profile")).Find("#f-name")!.GetAttribute("value").ShouldBe("Countess");
    }

    [Fact]
    public async Task The_chosen_language_is_that_of_the_page_at_once()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/account"), "profile", ("language", "zh-CN"));
        page.Document.DocumentElement.GetAttribute("lang").ShouldBe("zh-CN");
        page.Text.ShouldContain("个人资料");
    }

    [Fact]
    public async Task A_telephone_is_confirmed_by_the_code_it_got()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/account"), "phone", ("phone", "+86 138 0013 8000"));
        page = await ada.SubmitAsync(page, "phone-code", ("code", "000000"));
        page.Find("#f-code-foot")!.ClassList.ShouldContain("err");
        page = await ada.SubmitAsync(page, "phone-code", ("code", await Mailbox.CodeAsync(server, "+8613800138000")));
        page.Find("#phone, [aria-labelledby=h-phone]")!.TextContent.ShouldContain("Confirmed");
    }

    [Fact]
    public async Task What_protects_the_account_asks_for_a_fresh_proof_and_comes_back()
    {
        var time = new MovableTime();
        var (server, ada) = await StartAsync(time);
        await using var _ = server;
        var open = await ada.GetAsync("/console/account/security");
        time.Advance(TimeSpan.FromMinutes(20));
        var page = await ada.SubmitAsync(open, "password", ("currentPassword", ConsoleBed.Password), ("newPassword", "other words that mean nothing"));
        page.Path.ShouldStartWith("/console/account/confirm?return=");
        page.Html.ShouldNotContain("other words");
        (await ada.GetAsync("/console/account/security")).Find("[name=newPassword]").ShouldBeNull();
        page = await ada.SubmitAsync(page, "confirm", ("password", "wrong"));
        page.Find("[role=alert]").ShouldNotBeNull();
        page = await ada.SubmitAsync(page, "confirm", ("password", ConsoleBed.Password));
        page.Path.ShouldBe("/console/account/security");
        page = await ada.SubmitAsync(page, "password", ("currentPassword", ConsoleBed.Password), ("newPassword", "other words that mean nothing"));
        page.Find(".note.bad").ShouldBeNull(page.Text);
        using var again = new ConsoleVisitor(server.BaseUrl);
        await again.SignInAsync(ConsoleBed.Email, "other words that mean nothing");
    }

    [Fact]
    public async Task An_authenticator_is_set_up_its_secret_and_codes_are_shown_once_and_sign_in()
    {
        var time = new MovableTime();
        var (server, ada) = await StartAsync(time);
        await using var _ = server;
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/account/security"), "totp");
        var secret = page.Find("#secret")!.TextContent;
        page.Find("svg.qr path").ShouldNotBeNull();
        page.NoStore.ShouldBeTrue();
        (await ada.GetAsync("/console/account/security")).Html.ShouldNotContain(secret);
        page = await ada.SubmitAsync(page, "totp-confirm", ("code", "000000"));
        page.Html.ShouldNotContain(secret);
        page = await ada.SubmitAsync(page, "totp-confirm", ("code", CodeOf(secret, time.GetUtcNow())));
        var codes = page.Find("#recovery")!.TextContent.Split('\n');
        codes.Length.ShouldBe(10);
        (await ada.GetAsync("/console/account/security")).Html.ShouldNotContain(codes[0]);

        using var other = new ConsoleVisitor(server.BaseUrl);
        page = await other.SubmitAsync(await other.GetAsync("/console/sign-in"), "sign-in", ("email", ConsoleBed.Email), ("password", ConsoleBed.Password));
        page = await other.SubmitAsync(page, "sign-in", ("code", codes[0]));
        page.Path.ShouldBe("/console");
        page = await ada.GetAsync("/console/account/security");
        page.Text.ShouldContain("9 recovery codes left");
        var renewed = (await ada.SubmitAsync(page, "recovery")).Find("#recovery")!.TextContent.Split('\n');
        renewed.ShouldNotContain(codes[1]);
        page = await ada.SubmitAsync(await ada.GetAsync("/console/account/security?dialog=totp-off"), "totp-off");
        page.Find("input[name=_handler][value=totp]").ShouldNotBeNull(page.Text);
    }

    [Fact]
    public async Task Other_sessions_are_listed_and_ended()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        using var elsewhere = new ConsoleVisitor(server.BaseUrl);
        await elsewhere.SignInAsync(ConsoleBed.Email, ConsoleBed.Password);
        var page = await ada.GetAsync("/console/account/security");
        page.Document.QuerySelectorAll("button[name=act][value^=ses_]").Length.ShouldBe(2);
        page = await ada.SubmitAsync(page, "sessions", ("act", "others"));
        page.Document.QuerySelectorAll("button[name=act][value^=ses_]").ShouldBeEmpty();
        (await elsewhere.GetAsync("/console/account")).Path.ShouldStartWith("/console/sign-in");
    }

    [Fact]
    public async Task A_management_token_is_shown_once_does_what_was_chosen_and_is_revoked_by_name()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var form = await ada.GetAsync("/console/account/tokens?dialog=create");
        var page = await ada.SubmitAsync(form, "token", ("name", "ci"), ("scope", "read"), ("days", "7"));
        var secret = page.Find("#secret")!.TextContent;
        page.NoStore.ShouldBeTrue();
        using var client = server.NewClient(secret);
        (await client.GetAsync("/api/v1/keys", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        ((int)(await client.PostAsync("/api/v1/keys", SluiceServer.Json("""{"name":"x","kind":"test"}"""), TestContext.Current.CancellationToken)).StatusCode).ShouldBe(403);
        (await ada.SubmitAsync(form, "token", ("name", "ci"), ("scope", "read"), ("days", "7"))).Html.ShouldNotContain(secret);

        page = await ada.GetAsync("/console/account/tokens");
        page.Html.ShouldNotContain(secret);
        var revoke = page.Find("a[href*='dialog=revoke']")!.GetAttribute("href")!;
        page = await ada.SubmitAsync(await ada.GetAsync(revoke), "revoke", ("typed", "something else"));
        page.Text.ShouldContain("This is not the name of the token.");
        (await client.GetAsync("/api/v1/keys", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await ada.SubmitAsync(page, "revoke", ("typed", "ci"));
        ((int)(await client.GetAsync("/api/v1/keys", TestContext.Current.CancellationToken)).StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task A_new_organisation_is_entered_at_once()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var page = await ada.SubmitAsync(await ada.GetAsync("/console/organisations/new"), "organisation", ("name", "Second"), ("timeZone", "Mars/Olympus"));
        page.Find("#f-timeZone-foot")!.ClassList.ShouldContain("err");
        page = await ada.SubmitAsync(page, "organisation", ("timeZone", "Europe/Berlin"));
        page.Path.ShouldBe("/console");
        page.Find(".proj .grow")!.TextContent.ShouldContain("Second");
    }

    [Fact]
    public async Task Roles_are_told_in_plain_sentences()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var page = await ada.GetAsync("/console/account/access");
        page.Text.ShouldContain("Owner");
        page.Text.ShouldContain("Create, change, rotate and revoke API keys");
    }

    [Fact]
    public async Task An_account_is_deleted_only_with_its_address_typed_and_never_the_last_owners()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var dialog = await ada.GetAsync("/console/account?dialog=delete");
        (await ada.SubmitAsync(dialog, "delete", ("typed", "ada@elsewhere.example"))).Text.ShouldContain("This is not the address of the account.");
        var page = await ada.SubmitAsync(dialog, "delete", ("typed", ConsoleBed.Email));
        page.Text.ShouldContain("You are the only owner of");
        (await ada.GetAsync("/console/account")).Path.ShouldBe("/console/account");
    }

    [Fact]
    public async Task Notifications_are_read_one_by_one_and_all_at_once()
    {
        var (server, ada) = await StartAsync();
        await using var _ = server;
        var empty = await ada.GetAsync("/console/notifications");
        empty.Text.ShouldContain("Nothing yet");
        foreach (var name in (string[])["one", "two", "three"])
            await NotifyAsync(server, ada, name);
        var page = await ada.GetAsync("/console/notifications?show=unread");
        var before = page.Document.QuerySelectorAll("button[name=act]").Length;
        before.ShouldBeGreaterThan(1);
        page = await ada.SubmitAsync(page, "one", ("act", page.Find("button[name=act]")!.GetAttribute("value")!));
        page.Path.ShouldBe("/console/notifications?show=unread");
        page.Document.QuerySelectorAll("button[name=act]").Length.ShouldBe(before - 1);
        page = await ada.SubmitAsync(page, "all");
        page.Document.QuerySelectorAll("button[name=act]").ShouldBeEmpty();
    }

    // A leaked key is news to its owner.
    private static async Task NotifyAsync(SluiceServer server, ConsoleVisitor ada, string name)
    {
        var made = await ada.SubmitAsync(await ada.GetAsync("/console/keys?dialog=create"), "create", ("name", name));
        using var body = SluiceServer.Json(System.Text.Json.JsonSerializer.Serialize(new { text = made.Find("#secret")!.TextContent }));
        using var answer = await server.Management.PostAsync("/api/v1/leaks", body, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

#pragma warning disable CA5350 // What authenticators do (RFC 6238).
    private static string CodeOf(string secret, DateTimeOffset now)
    {
        Span<byte> step = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, now.ToUnixTimeSeconds() / 30);
        var bits = string.Concat(secret.Select(static c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        byte[] key = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
        var hash = HMACSHA1.HashData(key, step);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & 0x7fffffff;
        return (number % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }
#pragma warning restore CA5350
}
