using Microsoft.EntityFrameworkCore;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Explain;

internal static class ExplainToken
{
    public static async ValueTask<Outcome> AnswerAsync(OperationCall call, AccessQuestion question, ManagementTokenRow token)
    {
        var finding = new AccessFinding();
        if (token.RevokedAtMs is not null)
            finding.Stop("token_revoked", "The token was revoked, which is for good.", "Make a new one.");
        if (token.ExpiresAtMs <= call.NowMs)
            finding.Stop("token_expired", $"The token expired at {DateTimeOffset.FromUnixTimeMilliseconds(token.ExpiresAtMs.Value):yyyy-MM-dd'T'HH:mm:ss'Z'}.", "Make a new one.");
        var rights = Rights.Everything;
        if (token.AccountId is { } accountId)
        {
            if (await call.Data.RightsOfAsync(accountId, call.CancellationToken) is not { } own)
            {
                finding.Stop("not_a_member", "The person whom the token belongs to is no longer a member of the organisation.", "Make a new token for a member, or one of the organisation's own.");
                return Outcome.Of(finding.Answer(token.Id, question));
            }

            if (await call.Data.People.AnyAsync(p => p.Id == accountId && p.SuspendedAtMs != null, call.CancellationToken))
                finding.Stop("account_suspended", "The account of the person whom the token belongs to is suspended.", "Ask the operator of this installation.");
            rights = own;
        }

        finding.Weigh(rights.CutTo(RightsReader.ParseScopes(token.Scopes)), question, call.Caller.IsOperator);
        return Outcome.Of(finding.Answer(token.Id, question));
    }
}
