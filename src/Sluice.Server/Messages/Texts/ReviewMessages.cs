namespace Sluice.Server.Messages.Texts;

/// <summary>An access review waits to be done.</summary>
/// <param name="Open">Items that nobody has decided yet.</param>
internal sealed record ReviewDue(string Organisation, int Open, DateTimeOffset DueAt, Uri Link) : MessageText
{
    public override string Kind => "review_due";

    protected override void Write(Letter letter)
    {
        var organisation = Letter.Name(Organisation);
        letter.Subject($"Access review of \"{organisation}\" is due", $"“{organisation}”的访问审查待完成");
        letter.Say($"Please look through the keys and roles of \"{organisation}\" on Sluice and say which are still needed: {Letter.Number(Open)} are open, until {Letter.At(DueAt)}.",
            $"请审查 Sluice 组织“{organisation}”的密钥与角色并确认是否仍需保留：尚有 {Letter.Number(Open)} 项待处理，截止时间 {Letter.At(DueAt)}。");
        letter.Link("Do the review", "开始审查", Link);
        letter.Say("If you are not the one to decide this, tell whoever runs your organisation.", "如果此事不由您负责，请联系您的组织管理员。");
    }
}

/// <summary>An access review was not done in time.</summary>
/// <param name="DisabledAt">When what nobody confirmed will be disabled, or <see langword="null"/> if it will not.</param>
internal sealed record ReviewOverdue(string Organisation, int Open, DateTimeOffset DueAt, DateTimeOffset? DisabledAt, Uri Link) : MessageText
{
    public override string Kind => "review_overdue";

    protected override void Write(Letter letter)
    {
        var organisation = Letter.Name(Organisation);
        letter.Subject($"Access review of \"{organisation}\" is overdue", $"“{organisation}”的访问审查已逾期");
        letter.Say($"The access review of \"{organisation}\" on Sluice was due at {Letter.At(DueAt)}, and {Letter.Number(Open)} items are still open.",
            $"Sluice 组织“{organisation}”的访问审查应于 {Letter.At(DueAt)} 完成，目前仍有 {Letter.Number(Open)} 项未处理。");
        if (DisabledAt is { } disabled)
            letter.Say($"Keys that nobody confirms are disabled at {Letter.At(disabled)}.", $"未经确认的密钥将于 {Letter.At(disabled)} 停用。");
        letter.Link("Do the review", "完成审查", Link);
        letter.Say("If you are not the one to decide this, tell whoever runs your organisation.", "如果此事不由您负责，请联系您的组织管理员。");
    }
}

/// <summary>An access review is over.</summary>
internal sealed record ReviewEnded(string Organisation, int Kept, int Revoked, int Undecided, Uri Link) : MessageText
{
    public override string Kind => "review_ended";

    protected override void Write(Letter letter)
    {
        var organisation = Letter.Name(Organisation);
        letter.Subject($"Access review of \"{organisation}\" has ended", $"“{organisation}”的访问审查已结束");
        letter.Say($"The access review of \"{organisation}\" on Sluice has ended. Its result is kept as evidence.", $"Sluice 组织“{organisation}”的访问审查已结束，结果已存档备查。");
        letter.Fact("Confirmed", "已确认", Letter.Number(Kept));
        letter.Fact("Revoked", "已撤销", Letter.Number(Revoked));
        letter.Fact("Not decided", "未处理", Letter.Number(Undecided));
        letter.EndOfFacts();
        letter.Link("Show the result", "查看结果", Link);
        letter.Say("If something was revoked that is needed, tell whoever runs your organisation.", "如果误撤销了仍需使用的项目，请联系您的组织管理员。");
    }
}
