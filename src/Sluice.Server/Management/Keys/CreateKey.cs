using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class CreateKey
{
    /// <summary>Keys of one organisation that are not revoked. Every node keeps all keys in memory.</summary>
    private const int KeysMax = 100_000;

    public static readonly Operation Operation = new()
    {
        Name = "createKey",
        Method = "POST",
        Path = "/keys",
        Permission = Permissions.KeysWrite,
        Summary = "Create a key",
        Description = "The answer carries the secret as `key`, this once. A production key expires after 90 days unless `expiresAt` says otherwise (`null`: never). "
            + "A test key may make 500 calls a day unless `limits.callsPerDay` says otherwise.",
        Body = typeof(KeyBody),
        BodyExample = """
            {"name":"Website","kind":"test","allowedNetworks":["203.0.113.0/24"],"scope":{"routes":["POST /v1/chat/completions"],"models":["deepseek-*"]},"limits":{"callsPerDay":500,"requestsPerMinute":60}}
            """,
        Answer = typeof(KeyAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var kind = call.Body.OneOf("kind", [KeyKinds.Test, KeyKinds.Production], required: true);
        var fields = new KeyFields(call, kind, isNew: true);
        var projectId = call.Body.Text("projectId", 64);
        if (call.Refused() is { } refusal)
            return refusal;

        // A project of somebody else's is as good as none: both are told the same.
        var project = await call.Data.Projects.AsNoTracking()
            .Where(p => projectId == null || p.Id == projectId)
            .OrderBy(p => p.CreatedAtMs).ThenBy(p => p.Id)
            .FirstOrDefaultAsync(call.CancellationToken);
        if (project is null && projectId is null)
            return new Refusal(ErrorCodes.Conflict, "The organisation has no project for the key; create one first.");
        if (project is null)
            return Refusal.Of([new("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project.")])!;
        if (await call.Data.Keys.CountAsync(k => k.RevokedAtMs == null, call.CancellationToken) >= KeysMax)
            return new Refusal(ErrorCodes.Conflict, $"The organisation has {KeysMax} keys, which is the most there can be. Revoke some that are not used.");

        var row = KeyFields.Fresh(ObjectId.New(ObjectId.Key, call.Now), call.Caller.OrganisationId, project.Id, kind!, call.Now);
        row.OwnerId = call.Caller.AccountId;
        fields.ApplyTo(row);
        var secret = KeySecret.New(call.Tools.Hasher, row, call.NowMs, out var credential);
        call.Data.Add(row);
        call.Data.Add(credential);
        call.Audit("key.create", row.Id, ("name", row.Name), ("kind", row.Kind), ("projectId", row.ProjectId), ("expiresAtMs", row.ExpiresAtMs),
            ("allowedNetworks", row.AllowedNetworks), ("scope.routes", row.ScopeRoutes), ("scope.models", row.ScopeModels),
            ("limits.callsPerDay", row.CallsPerDay), ("limits.requestsPerMinute", row.RequestsPerMinute),
            ("limits.tokensPerMinute", row.TokensPerMinute), ("limits.concurrency", row.Concurrency), ("publicId", credential.PublicId));
        call.KeyChanged(row.Id);
        return new Answer(KeyView.Of(row, [credential], call.NowMs, null, secret), OperationCall.Path("keys", row.Id));
    }
}
