using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Playground;

internal static class OpenPlayground
{
    private const string KeyName = "Playground";

    public static readonly Operation Operation = new()
    {
        Name = "openPlayground",
        Method = "POST",
        Path = "/playground-sessions",
        Permission = null,
        Summary = "Get a token for some minutes of calls as one of the keys",
        Description = "The token is shown once as `token` and works for ten minutes at the public endpoints, with the rights and limits of the key; its calls are counted and recorded as the key's. "
            + "For one's own keys, and for others' with `keys.write` in their project, where the key may call no more than the caller. Without `keyId` it is the caller's own newest active key in the project; "
            + "where there is none, a test key named \"Playground\" is made, which needs `keys.write`. It ends early with the key, with the session it was asked for in, and with `endPlayground`. "
            + "Of one key and person five work at once; with a sixth the oldest ends.",
        Body = typeof(PlaygroundBody),
        BodyOptional = true,
        BodyExample = """{"keyId":"key_01kbexample0000000000000000"}""",
        Answer = typeof(PlaygroundAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var keyId = call.Body.Text("keyId", 64);
        var projectId = call.Body.Text("projectId", 64);
        if (keyId is not null && projectId is not null)
            call.Body.Refuse("projectId", ErrorCodes.InvalidValue, "Send one of 'keyId' and 'projectId' only: a key has its project.");
        if (call.Refused() is { } refusal)
            return refusal;
        if (keyId is null)
            return await OfProjectAsync(call, projectId);
        if (await PlaygroundKey.FindAsync(call, keyId) is not { } key)
            return Outcome.NotFound;
        return await PlaygroundKey.RefuseAsync(call, key) is { } mayNot ? mayNot : await OpenAsync(call, key.Id, key.Name, Limits(key));
    }

    private static async ValueTask<Outcome> OfProjectAsync(OperationCall call, string? projectId)
    {
        if (call.Caller.AccountId is not { } self)
            return new Refusal(ErrorCodes.PermissionDenied, "An organisation's own token has no keys of its own. Name one by 'keyId'.");
        var own = await call.Data.Keys.Where(k => k.OwnerId == self && (projectId == null || k.ProjectId == projectId) && k.SealedSigningSecret == null)
            .With(KeyStatuses.Active, call.NowMs).OrderByDescending(k => k.Id).FirstOrDefaultAsync(call.CancellationToken);
        if (own is not null)
            return await OpenAsync(call, own.Id, own.Name, Limits(own));

        if (!call.Caller.May(Permissions.KeysWrite))
            return new Refusal(ErrorCodes.PermissionDenied, $"The caller has no active key {(projectId is null ? "" : "in the project ")}to call with, and making one needs '{Permissions.KeysWrite}'. Ask whoever manages keys for one, or whoever manages roles for the permission.");
        var reached = call.Caller.Rights.ProjectsOf(Permissions.KeysWrite);
        var project = await call.Data.Projects.AsNoTracking().Where(p => projectId == null || p.Id == projectId).Where(p => reached == null || reached.Contains(p.Id))
            .OrderBy(p => p.CreatedAtMs).ThenBy(p => p.Id).FirstOrDefaultAsync(call.CancellationToken);
        if (project is null)
        {
            return projectId is null
                ? new Refusal(ErrorCodes.Conflict, "The organisation has no project for the key; create one first.")
                : Refusal.Of([new("projectId", ErrorCodes.InvalidValue, "'projectId' is not the id of a project in which the caller may make keys.")])!;
        }

        var made = await NewKey.MakeAsync(call, KeyKinds.Test, project.Id, KeyFields.Named(KeyName), self, requireSigning: false);
        return made.Answer?.Body is KeyAnswer key ? await OpenAsync(call, key.Id, key.Name, key.Limits) : made;
    }

    private static async ValueTask<Outcome> OpenAsync(OperationCall call, string keyId, string keyName, KeyLimitsAnswer limits)
    {
        var earlier = await call.Data.PlaygroundCredentials.Where(c => c.KeyId == keyId && (c.MadeBy == call.Caller.ActorId || c.ExpiresAtMs <= call.NowMs)).ToListAsync(call.CancellationToken);
        foreach (var over in earlier.Where(c => c.ExpiresAtMs <= call.NowMs))
            call.Data.Remove(over);
        foreach (var oldest in earlier.Where(c => c.ExpiresAtMs > call.NowMs).OrderByDescending(c => c.CreatedAtMs).Skip(PlaygroundTokens.LiveMax - 1))
            oldest.ExpiresAtMs = call.NowMs;
        var token = PlaygroundTokens.New(call.Tools.Hasher, keyId, call.Caller.OrganisationId, call.Caller.ActorId, call.Caller.SessionId ?? call.Caller.TokenId, call.Now, out var row);
        call.Data.Add(row);
        call.Audit("key.playground.open", keyId, ("publicId", row.PublicId), ("expiresAtMs", row.ExpiresAtMs));
        call.KeyChanged(keyId);
        var id = PlaygroundTokens.IdOf(row);
        return new Answer(new PlaygroundAnswer
        {
            Id = id,
            Token = token.Reveal(),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAtMs!.Value),
            KeyId = keyId,
            KeyName = keyName,
            Limits = limits,
        }, OperationCall.Path("playground-sessions", id));
    }

    private static KeyLimitsAnswer Limits(KeyRow key) => new() { CallsPerDay = key.CallsPerDay, RequestsPerMinute = key.RequestsPerMinute, TokensPerMinute = key.TokensPerMinute, Concurrency = key.Concurrency };
}
