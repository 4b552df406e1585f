using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts.Pages;

/// <summary><c>/setup?token=…</c>: the form by which the first visitor with the link becomes the operator.</summary>
internal sealed class SetUpPage(SluiceDatabase database, KeyHasher hasher, FormDoor door, ManagementOptions options, TimeProvider time)
{
    private const int LookUpsAtOnce = 4;
    private static readonly string[] Shown = ["email", "name", "organisationName", "timeZone"];
    private int _lookUps;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/setup", static http => http.RequestServices.GetRequiredService<SetUpPage>().ShowAsync(http)).ExcludeFromDescription();
        app.MapPost("/setup", static http => http.RequestServices.GetRequiredService<SetUpPage>().SubmitAsync(http)).ExcludeFromDescription();
    }

    private async Task ShowAsync(HttpContext http)
    {
        var token = http.Request.Query["token"].ToString();
        switch (await StatusAsync(token, http.RequestAborted))
        {
            case SetUpLinkStatus.Valid:
                await Form(new HtmlPage(http, "Set Sluice up", "初始化 Sluice"), token, new Dictionary<string, string>()).SendAsync(http, StatusCodes.Status200OK);
                break;
            case SetUpLinkStatus.Expired:
                await Expired(http).SendAsync(http, StatusCodes.Status410Gone);
                break;
            case SetUpLinkStatus.Used:
                await new HtmlPage(http, "This set-up link was used", "此初始化链接已被使用")
                    .Say("This installation has an operator. If it was not you, ask whoever runs the server at once.", "此平台已有管理员。如果不是您本人操作，请立即联系服务器管理员。").SendAsync(http, StatusCodes.Status410Gone);
                break;
            default:
                await new HtmlPage(http, "This set-up link is not valid", "此初始化链接无效")
                    .Say("Open it exactly as the server printed it when it was first started.", "请完整打开服务器首次启动时显示的链接。").SendAsync(http, StatusCodes.Status404NotFound);
                break;
        }
    }

    private async Task SubmitAsync(HttpContext http)
    {
        if (await FormDoor.ReadAsync(http) is not { } fields)
        {
            await new HtmlPage(http, "Set Sluice up", "初始化 Sluice").Say("The form did not arrive whole.", "表单不完整。").SendAsync(http, StatusCodes.Status400BadRequest);
            return;
        }

        var given = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        if (!given.ContainsKey("language") && HtmlPage.ReadsChinese(http.Request))
            given["language"] = "zh-CN";
        var (answer, refusal) = await door.SubmitAsync(http, SetUp.Operation, given);
        if (refusal is not null)
        {
            var page = new HtmlPage(http, "Set Sluice up", "初始化 Sluice").Refuse(refusal);
            if (refusal.Code != Contracts.Errors.ErrorCodes.LinkNotValid)
                Form(page, given.GetValueOrDefault("token") ?? "", given);
            await page.SendAsync(http, refusal.Code.Status);
            return;
        }

        if (answer!.Session is { Token: { } session } change)
            SessionCookie.Set(http, session.Reveal(), change.Expires);
        await new HtmlPage(http, "Sluice is set up", "Sluice 已就绪")
            .Say("You are the operator now, and signed in. The link is used up.", "您已成为管理员并已登录。此链接已失效。")
            .SayCode("The first test key and a management token are in the server's data folder, in", "首个测试密钥和管理令牌位于服务器数据目录的文件", "first-run.json")
            .SayCode("Every operation is described at", "所有接口说明见", options.BaseUrl() + "/openapi/v1.json")
            .SendAsync(http, StatusCodes.Status201Created);
    }

    private static HtmlPage Expired(HttpContext http) => new HtmlPage(http, "This set-up link is too old", "此初始化链接已过期")
        .Say("Set-up links work for 30 minutes. Nothing is lost.", "初始化链接有效期为 30 分钟，数据未受影响。")
        .SayCode("On the server, this prints a new one:", "在服务器上执行以下命令获取新链接：", "Sluice.Server setup-link");

    private static HtmlPage Form(HtmlPage page, string token, IReadOnlyDictionary<string, string> given)
    {
        string? Given(string name) => Shown.Contains(name) ? given.GetValueOrDefault(name) : null;
        return page.Say("Whoever fills this in becomes the operator of this installation. The link works once.", "提交此表单的人将成为本平台的管理员。链接仅可使用一次。")
            .BeginForm("/setup").Hidden("token", token)
            .Field("email", "email", "username", "E-mail address", "邮箱", Given("email"))
            .Field("password", "password", "new-password", "Password", "密码", hint: "15 characters or more; a few words that have nothing to do with each other are best.", chineseHint: "至少 15 个字符，建议使用几个互不相关的词。")
            .Field("name", "text", "name", "Your name", "姓名", Given("name"))
            .Field("organisationName", "text", "organization", "Organisation (may stay empty)", "组织名称（可留空）", Given("organisationName"), required: false)
            .Field("timeZone", "text", "off", "Time zone, such as Asia/Shanghai (may stay empty)", "时区，例如 Asia/Shanghai（可留空）", Given("timeZone"), required: false)
            .EndForm("Become the operator", "成为管理员");
    }

    private async Task<SetUpLinkStatus> StatusAsync(string token, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(token, out var purpose, out _) || purpose != KeyPurpose.Setup)
            return SetUpLinkStatus.Unknown;
        try
        {
            // The page is open to everybody: whoever asks for it many times at once is told what strangers are told.
            if (Interlocked.Increment(ref _lookUps) > LookUpsAtOnce)
                return SetUpLinkStatus.Unknown;
            // Not on the socket thread: on SQLite the look-up blocks.
            return await Task.Run(async () =>
            {
                await using var db = database.CreateContext();
                return (await SetUpLinks.FindAsync(db, hasher, token, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken)).Status;
            }, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _lookUps);
        }
    }
}
