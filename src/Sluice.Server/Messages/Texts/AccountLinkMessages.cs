namespace Sluice.Server.Messages.Texts;

/// <summary>
/// To an address that an account was begun with and never confirmed, when somebody signs up with it again: whoever reads the mailbox takes the account over, and
/// nothing of before is left in it.
/// </summary>
internal sealed record UnfinishedAccount(Uri Link, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "unfinished_account";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Finish signing up", "请完成注册");
        letter.Say("An account was begun with this address and never confirmed. If you want it, choose a password for it; whatever was set up before is thrown away.",
            "此邮箱曾用于注册账号但尚未确认。如需使用该账号，请设置密码，此前的设置将全部作废。");
        letter.Link("Choose a password", "设置密码", Link);
        letter.Say($"The link works once, for {letter.For(ValidFor)}.", $"此链接仅可使用一次，{letter.For(ValidFor)}内有效。");
        letter.Say("If it was not you, there is nothing to do: an address that is not confirmed is not used.", "如果不是您本人操作，请忽略此邮件：未经确认，该邮箱不会被使用。");
    }
}

/// <summary>To the present address of an account: it changes only if this side agrees as well.</summary>
internal sealed record EmailChangeApproval(Uri Link, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "email_change_approval";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Is your e-mail address to change?", "请确认更改邮箱地址");
        letter.Say("Somebody who is signed in to your Sluice account asked to give it another address. It changes only if you agree here as well.", "已登录您 Sluice 账号的用户请求更改邮箱。仅当您在此同意后才会生效。");
        letter.Link("Agree to the change", "同意更改", Link);
        letter.Say($"The link works once, for {letter.For(ValidFor)}.", $"此链接仅可使用一次，{letter.For(ValidFor)}内有效。");
        letter.Say("If it was not you, do not follow it: somebody else is signed in as you. Change your password and end all sessions.", "如果不是您本人操作，请勿打开：说明有人登录了您的账号。请立即修改密码并结束所有会话。");
    }
}
