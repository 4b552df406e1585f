using Sluice.Server.Authorization;
using Sluice.Server.Management.Notices;
using Sluice.Server.Management.Operations;
using Sluice.Server.Messages.Texts;
using Sluice.Server.Storage;
using Notice = Sluice.Server.Management.Notices.Notice;

namespace Sluice.Server.Management.Enterprise;

/// <summary>What people are told about the verification of a company, and who.</summary>
internal static class EnterpriseNotices
{
    private const string Page = "verification";

    public static async Task AppliedAsync(OperationCall call, EnterpriseApplicationRow row) =>
        new Notice("verification_applied", $"\"{Notice.Name(row.CompanyName)}\" asks to be verified. Approve or reject the application.", $"“{Notice.Name(row.CompanyName)}”提交了企业认证申请，请审核。")
            .Tell(call, await PeopleToTell.OperatorsAsync(call.Accounts.Context, Permissions.InstallationVerifications, call.CancellationToken), row.OrganisationId, row.Id, call.Caller.AccountId);

    public static Task ApprovedAsync(OperationCall call, EnterpriseApplicationRow row, string organisation, TierRow tier) => TellAsync(call, call.Accounts.Context, row, call.Caller.AccountId,
        new Notice("verification_approved",
            $"The enterprise verification was approved until {Notice.At(row.ValidUntilMs!.Value)}. Keys may now be given up to {Letter.Number(tier.CallsPerDayMax)} calls a day each{(tier.Support ? ", and the priority support channel is open" : "")}.",
            $"企业认证已通过，有效期至 {Notice.At(row.ValidUntilMs.Value)}。每个密钥的每日调用上限现可设为 {Letter.Number(tier.CallsPerDayMax)}{(tier.Support ? "，优先支持通道已开通" : "")}。")
        {
            Mail = new VerificationDecided(organisation, true, null, Notice.Link(call, Page)),
        }, call.CancellationToken);

    public static Task RejectedAsync(OperationCall call, EnterpriseApplicationRow row, string organisation) => TellAsync(call, call.Accounts.Context, row, call.Caller.AccountId,
        new Notice("verification_rejected", "The enterprise verification was rejected. The reason stands with the application; correct it and hand it in again.", "企业认证未通过，原因见申请详情，您可以修改后重新提交。")
        {
            Mail = new VerificationDecided(organisation, false, row.Reason, Notice.Link(call, Page)),
        }, call.CancellationToken);

    public static Task EndsSoonAsync(SystemAct act, EnterpriseApplicationRow row, int days) => TellAsync(act, act.Db, row, null,
        new Notice("verification_ends_soon", $"The enterprise verification ends at {Notice.At(row.ValidUntilMs!.Value)}, in less than {days} days. Apply anew so that tier, limits and priority support stay.",
            $"企业认证将于 {Notice.At(row.ValidUntilMs.Value)} 到期（不足 {days} 天）。请重新提交申请以保留等级、限额与优先支持。"), act.CancellationToken);

    public static Task ExpiredAsync(SystemAct act, EnterpriseApplicationRow row, int keys) => TellAsync(act, act.Db, row, null,
        new Notice("verification_expired", $"The enterprise verification has ended, and with it the tier.{(keys > 0 ? $" The limits of {keys} keys were lowered to what the tier before allows." : "")} Apply anew to get it back.",
            $"企业认证已到期，组织等级已恢复为认证前。{(keys > 0 ? $"{keys} 个密钥的限额已按该等级下调。" : "")}请重新提交认证申请。"), act.CancellationToken);

    // Who applied, and who could apply again.
    private static async Task TellAsync(Trace telling, SluiceDb db, EnterpriseApplicationRow row, string? exceptId, Notice notice, CancellationToken cancellationToken)
    {
        var people = await PeopleToTell.WithAsync(db, row.OrganisationId, Permissions.VerificationApply, null, cancellationToken);
        notice.Tell(telling, people, row.OrganisationId, row.Id, exceptId);
    }
}
