namespace Sluice.Server.Messages.Texts;

/// <summary>An application for enterprise verification was decided.</summary>
internal sealed record VerificationDecided(string Organisation, bool Approved, string? Reason, Uri Link) : MessageText
{
    public override string Kind => "verification_decided";

    protected override void Write(Letter letter)
    {
        var organisation = Letter.Name(Organisation);
        if (Approved)
        {
            letter.Subject($"\"{organisation}\" is verified", $"“{organisation}”企业认证已通过");
            letter.Say($"The enterprise verification of \"{organisation}\" on Sluice was approved. Higher quotas and the priority support channel are open to it now.",
                $"您在 Sluice 的组织“{organisation}”已通过企业认证，现已开放更高配额与优先支持通道。");
        }
        else
        {
            letter.Subject($"\"{organisation}\" was not verified", $"“{organisation}”企业认证未通过");
            letter.Say($"The enterprise verification of \"{organisation}\" on Sluice was not approved. You can change the application and hand it in again.",
                $"您在 Sluice 的组织“{organisation}”未通过企业认证，您可以修改资料后重新提交。");
        }
        letter.Quote(Reason);
        letter.Link("Show the application", "查看申请", Link);
        letter.Say("If you did not apply for this, tell whoever runs this platform.", "如果您未提交过该申请，请联系平台管理员。");
    }
}

/// <summary>Somebody answered in a support ticket. What was written stays in the console.</summary>
internal sealed record TicketAnswered(string Subject, string TicketId, Uri Link) : MessageText
{
    public override string Kind => "ticket_answered";

    protected override void Write(Letter letter)
    {
        letter.Subject($"Answer to your ticket {Letter.Name(TicketId)}", $"您的工单 {Letter.Name(TicketId)} 有新回复");
        letter.Say($"Your ticket \"{Letter.Name(Subject)}\" on Sluice was answered.", $"您在 Sluice 的工单“{Letter.Name(Subject)}”有新回复。");
        letter.Link("Read the answer", "查看回复", Link);
        letter.Say("If you did not open this ticket, somebody else in your organisation did, or somebody is signed in as you: look at your sessions.",
            "如果该工单不是您创建的，可能是组织内其他成员创建，或有人登录了您的账号，请检查您的登录会话。");
    }
}

/// <summary>Something a person should know that has no message of its own.</summary>
/// <param name="Text">Made by the server, in the reader's language.</param>
internal sealed record Notice(string About, string Text, Uri? Link) : MessageText
{
    public override string Kind => "notice";

    protected override void Write(Letter letter)
    {
        letter.Subject(Letter.Name(About), Letter.Name(About));
        letter.Quote(Text);
        if (Link is not null) letter.Link("Show it in Sluice", "在 Sluice 中查看", Link);
        letter.Say("If this does not concern you, somebody may have given your address by mistake: tell whoever runs this platform.", "如果此消息与您无关，可能是他人误填了您的邮箱，请联系平台管理员。");
    }
}

/// <summary>Proves to the operator that a channel works.</summary>
internal sealed record TestMessage(DateTimeOffset At, bool IsText) : MessageText
{
    public override string Kind => "test";

    protected override void Write(Letter letter)
    {
        letter.Subject("Test message from Sluice", "Sluice 测试消息");
        if (IsText)
        {
            letter.Short($"Sluice: this test message was asked for at {Letter.At(At)}. Code 000000. If you did not ask for it, ignore it.", $"【Sluice】这是于 {Letter.At(At)} 请求的测试短信，验证码 000000。如非本人操作，请忽略本短信。", "000000");
            return;
        }
        letter.Say($"This test message was asked for at {Letter.At(At)}. Mail from Sluice reaches you.", $"这是于 {Letter.At(At)} 请求的测试邮件。您可以收到来自 Sluice 的邮件。");
        letter.Say("If you did not ask for it, somebody is signed in as you: look at your sessions.", "如果不是您本人操作，说明有人登录了您的账号，请检查您的登录会话。");
    }
}
