namespace Sluice.Server.Messages.Texts;

/// <summary>The limits that can be applied for, in words.</summary>
internal static class LimitWords
{
    public static (string English, string Chinese) Of(string limit) => limit switch
    {
        "callsPerDay" => ("calls a day", "每日调用次数"),
        "requestsPerMinute" => ("requests a minute", "每分钟请求数"),
        "tokensPerMinute" => ("tokens a minute", "每分钟令牌数"),
        "concurrency" => ("calls at once", "并发调用数"),
        _ => (Letter.Name(limit), Letter.Name(limit)),
    };
}

/// <summary>An application for more quota was decided.</summary>
/// <param name="Limit">As in the API, such as <c>callsPerDay</c>.</param>
/// <param name="Until">End of a temporary grant.</param>
internal sealed record QuotaDecided(string KeyName, string Limit, bool Approved, long Value, DateTimeOffset? Until, string? Reason, Uri Link) : MessageText
{
    public override string Kind => "quota_decided";

    protected override void Write(Letter letter)
    {
        var (english, chinese) = LimitWords.Of(Limit);
        var key = Letter.Name(KeyName);
        if (Approved)
        {
            letter.Subject($"More quota for the key \"{key}\"", $"密钥“{key}”的配额申请已通过");
            letter.Say(
                $"Your application was approved: the key \"{key}\" may make {Letter.Number(Value)} {english}{(Until is { } end ? $" until {Letter.At(end)}" : "")}.",
                $"您的申请已通过：密钥“{key}”的{chinese}上调为 {Letter.Number(Value)}{(Until is { } last ? $"，有效期至 {Letter.At(last)}" : "")}。");
        }
        else
        {
            letter.Subject($"No more quota for the key \"{key}\"", $"密钥“{key}”的配额申请未通过");
            letter.Say($"Your application for {Letter.Number(Value)} {english} for the key \"{key}\" was not approved. Its limits are as they were.",
                $"您为密钥“{key}”申请的{chinese} {Letter.Number(Value)} 未获通过，限额保持不变。");
        }
        letter.Quote(Reason);
        letter.Link("Show the application", "查看申请", Link);
        letter.Say("If you did not apply for this, somebody is signed in as you: look at your sessions.", "如果您未提交过该申请，说明有人登录了您的账号，请检查您的登录会话。");
    }
}

/// <summary>A temporary grant is about to end.</summary>
internal sealed record GrantEndsSoon(string KeyName, string Limit, long Value, long After, DateTimeOffset Until, Uri Link) : MessageText
{
    public override string Kind => "grant_ends_soon";

    protected override void Write(Letter letter)
    {
        var (english, chinese) = LimitWords.Of(Limit);
        var key = Letter.Name(KeyName);
        letter.Subject($"Temporary quota of the key \"{key}\" ends soon", $"密钥“{key}”的临时配额即将到期");
        letter.Say($"The key \"{key}\" may make {Letter.Number(Value)} {english} until {Letter.At(Until)}. From then on it is {Letter.Number(After)}, and calls beyond that are refused.",
            $"密钥“{key}”的{chinese}临时上调为 {Letter.Number(Value)}，将于 {Letter.At(Until)} 到期。到期后恢复为 {Letter.Number(After)}，超出部分将被拒绝。");
        letter.Link("Apply for more, or for longer", "申请延期或更多配额", Link);
        letter.Say("If you do not look after this key, tell whoever runs your organisation.", "如果该密钥不由您负责，请联系您的组织管理员。");
    }
}

/// <summary>A key was found in public and is revoked.</summary>
/// <param name="Shown">What may be shown of the key: its beginning and its last four characters.</param>
/// <param name="FoundAt">Where it was found, as reported; not checked.</param>
internal sealed record KeyLeaked(string KeyName, string Shown, string? FoundAt, DateTimeOffset RevokedAt, Uri Link) : MessageText
{
    public override string Kind => "key_leaked";

    protected override void Write(Letter letter)
    {
        var key = Letter.Name(KeyName);
        letter.Subject($"The key \"{key}\" leaked and was revoked", $"密钥“{key}”已泄露并被吊销");
        letter.Say($"Your key \"{key}\" was found in a place where others can read it. It was revoked at once: calls with it are refused.", $"您的密钥“{key}”在公开位置被发现，已立即吊销，使用该密钥的调用将被拒绝。");
        letter.Fact("Key", "密钥", Letter.Name(Shown));
        letter.Fact("Revoked", "吊销时间", Letter.At(RevokedAt));
        if (FoundAt is not null) letter.Fact("Found at", "发现位置", Letter.Name(FoundAt));
        letter.EndOfFacts();
        letter.Say("Create a new key and put it into your application, remove the old one from where it was found, and look through the calls made with it for those that were not yours.",
            "请创建新密钥并更新您的应用，将旧密钥从泄露位置移除，并检查使用该密钥的调用记录中是否有异常。");
        letter.Link("Show the key and its calls", "查看密钥与调用记录", Link);
        letter.Say("If this key is not yours, tell whoever runs your organisation.", "如果该密钥不属于您，请联系您的组织管理员。");
    }
}
