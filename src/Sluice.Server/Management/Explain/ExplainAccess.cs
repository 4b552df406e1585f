using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Explain;

internal static class ExplainAccess
{
    public static readonly Operation Operation = new()
    {
        Name = "explainAccess",
        Method = "POST",
        Path = "/access/explain",
        Permission = null,
        Summary = "Say whether a person, key or token may do something, by what, and what stops it",
        Description = "Changes nothing. About the caller, their own keys and their own tokens anybody may ask; about others it needs `roles.read`. Limits, quotas and network lists are not looked at: they depend on the moment and the place.",
        Body = typeof(ExplainAccessBody),
        BodyExample = """{"keyId":"key_01kbexample0000000000000000","action":"api.call","route":"POST /v1/chat/completions","model":"deepseek-chat"}""",
        Answer = typeof(AccessExplanationAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var body = call.Body;
        var accountId = body.Text("accountId", 64);
        var keyId = body.Text("keyId", 64);
        var tokenId = body.Text("tokenId", 64);
        if (new[] { accountId, keyId, tokenId }.Count(id => id is not null) > 1)
            body.Refuse("accountId", ErrorCodes.InvalidValue, "Send one of 'accountId', 'keyId' and 'tokenId' only.");
        var action = body.Text("action", 100, required: true);
        if (action is not null && !Permissions.All.Contains(action))
            body.Refuse("action", ErrorCodes.InvalidValue, $"'{StrictJson.Shown(action)}' is not an action; see GET /api/v1/permissions.");
        var question = new AccessQuestion(action ?? "", body.Text("route", 100), body.Text("model", 128), body.Text("projectId", 64));
        if (question.Action != Permissions.ApiCall && (question.Route ?? question.Model) is not null)
            body.Refuse(question.Route is not null ? "route" : "model", ErrorCodes.InvalidValue, $"It matters for '{Permissions.ApiCall}' only.");
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.OrganisationId.Length == 0)
            return new Refusal(ErrorCodes.PermissionDenied, "The caller belongs to no organisation, and so may do nothing in one. Create one, or accept an invitation.");

        var caller = call.Caller;
        if (keyId is not null)
        {
            var mayAll = caller.May(Permissions.RolesRead);
            var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == keyId && (mayAll || (k.OwnerId != null && k.OwnerId == caller.AccountId)), call.CancellationToken);
            return key is null ? Outcome.NotFound : await ExplainKey.AnswerAsync(call, question, key);
        }

        tokenId ??= accountId is null ? caller.TokenId : null;
        if (tokenId is not null)
        {
            var mayAll = caller.May(Permissions.RolesRead);
            var token = await call.Data.ManagementTokens.SingleOrDefaultAsync(t => t.Id == tokenId && (mayAll || t.Id == caller.TokenId || (t.AccountId != null && t.AccountId == caller.AccountId)), call.CancellationToken);
            return token is null ? Outcome.NotFound : await ExplainToken.AnswerAsync(call, question, token);
        }

        accountId ??= caller.AccountId!;
        if (accountId != caller.AccountId && !caller.May(Permissions.RolesRead))
            return new Refusal(ErrorCodes.PermissionDenied, $"It needs '{Permissions.RolesRead}' to ask about others.");
        var finding = await ExplainPerson.OfAsync(call, question, accountId);
        return Outcome.Of(finding.Answer(accountId, question));
    }
}
