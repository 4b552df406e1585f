using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Accounts.Pages;

/// <summary>
/// Where the links in mails lead. Opening one does nothing but show a button: programs that look into mails open every link, and must not use it up.
/// </summary>
internal static class LinkPages
{
    private sealed record Texts(string Path, Operation Operation, string Title, string ChineseTitle, string Words, string ChineseWords, string Button, string ChineseButton, string Done, string ChineseDone, bool AsksPassword = false);

    private static readonly Texts[] Pages =
    [
        new("/verify-email", VerifyEmail.Operation, "Confirm your e-mail address", "确认邮箱地址", "Confirm that this address is yours.", "请确认该邮箱属于您。", "Confirm", "确认", "The address is confirmed. You can sign in now.", "邮箱已确认，现在可以登录。"),
        new("/reset-password", ConfirmPasswordReset.Operation, "Choose a new password", "设置新密码", "All sessions end when the password is changed.", "密码修改后，所有登录会话将失效。", "Set the password", "设置密码", "The new password works now. Sign in again.", "新密码已生效，请重新登录。", AsksPassword: true),
        new("/accept-invitation", Invitations.AcceptInvitation.Operation, "Join the organisation", "加入组织", "You were invited to an organisation. Sign in with the invited address first, then accept here.", "您收到了加入组织的邀请。请先使用受邀邮箱登录，然后在此接受。", "Accept", "接受", "You are a member now.", "您已成为该组织的成员。"),
        new("/confirm-email-change", ConfirmEmailChange.Operation, "Change of e-mail address", "更改邮箱地址", "Agree to the change. It takes effect once the old and the new address have both agreed.", "同意更改。新旧邮箱均同意后生效。", "Agree", "同意", "Agreed. The change takes effect once both addresses have agreed.", "已同意。新旧邮箱均同意后生效。"),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var page in Pages)
        {
            app.MapGet(page.Path, http => Form(new HtmlPage(http, page.Title, page.ChineseTitle), page, http.Request.Query["token"].ToString()).SendAsync(http, StatusCodes.Status200OK)).ExcludeFromDescription();
            app.MapPost(page.Path, http => SubmitAsync(http, page)).ExcludeFromDescription();
        }
    }

    private static async Task SubmitAsync(HttpContext http, Texts page)
    {
        var html = new HtmlPage(http, page.Title, page.ChineseTitle);
        if (await FormDoor.ReadAsync(http) is not { } fields)
        {
            await html.Say("The form did not arrive whole.", "表单不完整。").SendAsync(http, StatusCodes.Status400BadRequest);
            return;
        }

        var (_, refusal) = await http.RequestServices.GetRequiredService<FormDoor>().SubmitAsync(http, page.Operation, fields);
        if (refusal is null)
        {
            await html.Say(page.Done, page.ChineseDone).SendAsync(http, StatusCodes.Status200OK);
            return;
        }

        html.Refuse(refusal);
        // With a used link there is nothing to try again.
        if (refusal.Code != Contracts.Errors.ErrorCodes.LinkNotValid)
            Form(html, page, fields.GetValueOrDefault("token") ?? "");
        await html.SendAsync(http, refusal.Code.Status);
    }

    private static HtmlPage Form(HtmlPage html, Texts page, string token)
    {
        html.Say(page.Words, page.ChineseWords).BeginForm(page.Path).Hidden("token", token);
        if (page.AsksPassword)
            html.Field("newPassword", "password", "new-password", "New password", "新密码", hint: "15 characters or more; a few words that have nothing to do with each other are best.", chineseHint: "至少 15 个字符，建议使用几个互不相关的词。");
        return html.EndForm(page.Button, page.ChineseButton);
    }
}
