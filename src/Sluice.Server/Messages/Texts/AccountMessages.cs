namespace Sluice.Server.Messages.Texts;

/// <summary>To an address that was given at sign-up or later: is it theirs?</summary>
internal sealed record VerifyEmail(Uri Link, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "verify_email";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Confirm your e-mail address", "请确认您的邮箱地址");
        letter.Say("This address was given for an account on Sluice. Please confirm that it is yours.", "有人使用此邮箱注册了 Sluice 账号，请确认该邮箱属于您。");
        letter.Link("Confirm the address", "确认邮箱", Link);
        letter.Say($"The link works once, for {letter.For(ValidFor)}.", $"此链接仅可使用一次，{letter.For(ValidFor)}内有效。");
        letter.Say("If it was not you, there is nothing to do: without your confirmation the address is not used.", "如果不是您本人操作，请忽略此邮件：未经确认，该邮箱不会被使用。");
    }
}

/// <summary>The code that proves a phone number.</summary>
internal sealed record PhoneCode(string Code, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "phone_code";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Phone code", "手机验证码");
        letter.Short($"Sluice: your code is {Code}, valid for {letter.For(ValidFor)}. Tell it to nobody. If you did not ask for it, ignore this message.",
            $"【Sluice】您的验证码为 {Code}，{letter.For(ValidFor)}内有效，请勿告知他人。如非本人操作，请忽略本短信。", Code);
    }
}

/// <summary>Lets somebody choose a new password.</summary>
internal sealed record PasswordReset(Uri Link, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "password_reset";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Choose a new password", "重置您的密码");
        letter.Say("Somebody asked for a new password for the Sluice account with this address.", "有人请求重置此邮箱对应的 Sluice 账号密码。");
        letter.Link("Choose a new password", "设置新密码", Link);
        letter.Say($"The link works once, for {letter.For(ValidFor)}. All other sessions of the account end when the password is changed.",
            $"此链接仅可使用一次，{letter.For(ValidFor)}内有效。密码修改后，该账号的其他登录会话将全部失效。");
        letter.Say("If it was not you, ignore this message: the password stays as it is. If it happens again, tell whoever runs this platform.",
            "如果不是您本人操作，请忽略此邮件，密码不会改变。如果反复收到此类邮件，请联系平台管理员。");
    }
}

/// <summary>To the new address of an account.</summary>
internal sealed record EmailChangeConfirmation(Uri Link, TimeSpan ValidFor) : MessageText
{
    public override string Kind => "email_change_confirmation";

    public override TimeSpan? UsefulFor => ValidFor;

    protected override void Write(Letter letter)
    {
        letter.Subject("Confirm your new e-mail address", "请确认您的新邮箱地址");
        letter.Say("A Sluice account is to have this address from now on. Please confirm that it is yours.", "有人希望将 Sluice 账号的邮箱更改为此地址，请确认该邮箱属于您。");
        letter.Link("Confirm the new address", "确认新邮箱", Link);
        letter.Say($"The link works once, for {letter.For(ValidFor)}.", $"此链接仅可使用一次，{letter.For(ValidFor)}内有效。");
        letter.Say("If it was not you, there is nothing to do: nothing is changed without your confirmation.", "如果不是您本人操作，请忽略此邮件：未经确认不会发生任何更改。");
    }
}

/// <summary>To the old address of an account, when somebody asks for another or has changed it.</summary>
/// <param name="NewAddress">Shown in part only.</param>
/// <param name="Done">Whether it is changed already.</param>
/// <param name="AccountLink">Where the account is looked after.</param>
internal sealed record EmailChangeNotice(string NewAddress, bool Done, Uri AccountLink) : MessageText
{
    public override string Kind => "email_change_notice";

    protected override void Write(Letter letter)
    {
        var shown = Masked(NewAddress);
        if (Done)
        {
            letter.Subject("Your e-mail address was changed", "您的邮箱地址已更改");
            letter.Say($"Your Sluice account now has the address {shown}. This address is not used for it any longer.", $"您的 Sluice 账号邮箱已更改为 {shown}，此邮箱不再用于该账号。");
        }
        else
        {
            letter.Subject("Somebody wants to change your e-mail address", "有人请求更改您的邮箱地址");
            letter.Say($"Somebody who is signed in to your Sluice account asked to change its address to {shown}. It changes once that address is confirmed.",
                $"已登录您 Sluice 账号的用户请求将邮箱更改为 {shown}，该地址确认后即生效。");
        }
        letter.Say("If it was you, there is nothing to do. If it was not, somebody else is signed in as you: change your password at once, end all sessions, and tell whoever runs this platform.",
            "如果是您本人操作，无需处理。如果不是，说明有人登录了您的账号：请立即修改密码、结束所有会话，并联系平台管理员。");
        letter.Link("Look after the account", "管理账号", AccountLink);
    }

    private static string Masked(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return at < 1 ? "…" : $"{address[0]}…@{Letter.Name(address[(at + 1)..])}";
    }
}

/// <summary>To an address that somebody tried to sign up with although it has an account: the page says nothing of it, the owner of the address is told.</summary>
internal sealed record AddressInUse(Uri SignInLink, Uri ResetLink) : MessageText
{
    public override string Kind => "address_in_use";

    protected override void Write(Letter letter)
    {
        letter.Subject("You already have an account", "您已拥有账号");
        letter.Say("Somebody tried to sign up to Sluice with this address, which has an account already. Nothing was changed.", "有人尝试使用此邮箱注册 Sluice，但该邮箱已有账号。未发生任何更改。");
        letter.Link("Sign in", "登录", SignInLink);
        letter.Link("Choose a new password, if you do not remember it", "忘记密码？重置密码", ResetLink);
        letter.Say("If it was not you, there is nothing to do: your account is as it was.", "如果不是您本人操作，无需处理：您的账号未受影响。");
    }
}

/// <summary>A sign-in from a device that was not seen before.</summary>
internal sealed record NewSignIn(DateTimeOffset At, string ClientIp, string UserAgent, Uri SessionsLink) : MessageText
{
    public override string Kind => "new_sign_in";

    protected override void Write(Letter letter)
    {
        letter.Subject("New sign-in to your account", "您的账号有新的登录");
        letter.Say("Somebody signed in to your Sluice account from a device that was not seen before.", "您的 Sluice 账号在一台新设备上登录。");
        letter.Fact("When", "时间", Letter.At(At));
        letter.Fact("From", "来源地址", Letter.Name(ClientIp));
        letter.Fact("With", "设备", Letter.Name(UserAgent));
        letter.EndOfFacts();
        letter.Say("If it was you, there is nothing to do. If it was not, change your password and end that session.", "如果是您本人操作，无需处理。如果不是，请立即修改密码并结束该会话。");
        letter.Link("Show my sessions", "查看登录会话", SessionsLink);
    }
}

internal enum AccountChange { PasswordChanged, PasskeyAdded, PasskeyRemoved, SecondFactorOn, SecondFactorOff, RecoveryCodesMade, SignInLinked, PhoneConfirmed }

/// <summary>Something about how an account is signed in to was changed.</summary>
internal sealed record AccountChanged(AccountChange Change, DateTimeOffset At, Uri AccountLink) : MessageText
{
    public override string Kind => "account_changed";

    protected override void Write(Letter letter)
    {
        var (english, chinese) = Change switch
        {
            AccountChange.PasswordChanged => ("Your password was changed", "您的密码已修改"),
            AccountChange.PasskeyAdded => ("A passkey was added to your account", "您的账号已添加通行密钥"),
            AccountChange.PasskeyRemoved => ("A passkey was removed from your account", "您的账号已移除通行密钥"),
            AccountChange.SecondFactorOn => ("Two-factor sign-in was switched on", "您的账号已开启双重验证"),
            AccountChange.SecondFactorOff => ("Two-factor sign-in was switched off", "您的账号已关闭双重验证"),
            AccountChange.RecoveryCodesMade => ("New recovery codes were made for your account", "您的账号已生成新的恢复代码"),
            AccountChange.PhoneConfirmed => ("A telephone number was confirmed for your account", "您的账号已确认手机号"),
            _ => ("Single sign-on was connected to your account", "您的账号已绑定单点登录"),
        };
        letter.Subject(english, chinese);
        letter.Say($"{english} ({Letter.At(At)}).", $"{chinese}（{Letter.At(At)}）。");
        letter.Say("If it was you, there is nothing to do. If it was not, choose a new password at once, end all sessions, and tell whoever runs this platform.",
            "如果是您本人操作，无需处理。如果不是，请立即重置密码、结束所有会话，并联系平台管理员。");
        letter.Link("Look after the account", "管理账号", AccountLink);
    }
}
