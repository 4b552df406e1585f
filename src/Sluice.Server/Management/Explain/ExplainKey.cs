using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Explain;

internal static class ExplainKey
{
    public static async ValueTask<Outcome> AnswerAsync(OperationCall call, AccessQuestion question, KeyRow key)
    {
        var finding = new AccessFinding();
        if (question.Action != Permissions.ApiCall)
            finding.Stop("key_calls_only", $"A key is for calling models; '{question.Action}' needs a session or a management token.", "Sign in, or make a token: POST /api/v1/tokens.");
        if (await call.Data.Organisations.AnyAsync(o => o.SuspendedAtMs != null, call.CancellationToken))
            finding.Stop("organisation_suspended", "The organisation is suspended.", "Ask the operator of this installation.");
        if (key.RevokedAtMs is not null)
            finding.Stop("key_revoked", "The key was revoked, which is for good.", "Make a new one.");
        if (key.ExpiresAtMs <= call.NowMs)
            finding.Stop("key_expired", $"The key expired at {DateTimeOffset.FromUnixTimeMilliseconds(key.ExpiresAtMs.Value):yyyy-MM-dd'T'HH:mm:ss'Z'}.", "Set 'expiresAt' of the key, or make a new one.");
        if (!key.Enabled)
            finding.Stop("key_disabled", "The key is switched off.", $"Switch it on: POST /api/v1/keys/{key.Id}/enable.");
        if (question.ProjectId is { } projectId && projectId != key.ProjectId)
            finding.Stop("key_project", "The key belongs to another project.", "Use a key of that project.");
        var scope = new Permission { Action = Permissions.ApiCall, Routes = TextList.Parse(key.ScopeRoutes), Models = TextList.Parse(key.ScopeModels) };
        if (question.Route is { } route && !Rights.ReachesRoute(scope, route))
            finding.Stop("key_scope", $"The key's scope does not hold the route {route}.", "Change 'scope.routes' of the key.");
        // Which models there are and how a key stands is asked without naming a model, and an owner's roles need not name these routes.
        var asks = ModelEndpoints.All.Any(e => e.IsQuestion && e.Name == question.Route);
        if (question.Model is { } model && !asks && !Rights.ReachesModel(scope, model))
            finding.Stop("key_scope", $"The key's scope does not hold the model {model}.", "Change 'scope.models' of the key.");
        await WeighOwnerAsync(call, new AccessQuestion(Permissions.ApiCall, asks ? null : question.Route, asks ? null : question.Model, key.ProjectId), key, finding);
        return Outcome.Of(finding.Answer(key.Id, question));
    }

    private static async ValueTask WeighOwnerAsync(OperationCall call, AccessQuestion question, KeyRow key, AccessFinding finding)
    {
        if (key.OwnerId is not { } ownerId)
            return;
        if (await call.Data.RightsOfAsync(ownerId, call.CancellationToken) is not { } rights)
        {
            finding.Stop("owner_not_a_member", "The key's owner does not belong to the organisation any more.", "Give the key another owner, or make a new one.");
            return;
        }

        if (await call.Data.People.AnyAsync(p => p.Id == ownerId && p.SuspendedAtMs != null, call.CancellationToken))
            finding.Stop("owner_suspended", "The account of the key's owner is suspended.", "Give the key another owner, or ask the operator of this installation.");
        var owner = new AccessFinding();
        owner.Weigh(rights, question, call.Caller.IsOperator);
        finding.Take(owner.Grants);
        if (owner.IsStopped)
            finding.Stop("owner_rights", "The roles of the key's owner do not allow this call, and a key may do at most what its owner may.", $"Ask about the owner ({ownerId}) to see why, and have a role assigned to them.");
    }
}
