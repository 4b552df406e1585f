using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Roles;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Tokens;

internal static class CreateToken
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);
    private const int ScopesMax = 100;
    private const int PerPersonMax = 50;
    private const int ServiceMax = 200;

    public static readonly Operation Operation = new()
    {
        Name = "createToken",
        Method = "POST",
        Path = "/tokens",
        Permission = null,
        Summary = "Create a management token",
        Description = "The answer carries the secret as `token`, this once. A token is its person's: it may do what they may at that moment in this organisation, cut down to its `scopes`, and stops with their membership. "
            + "With `service` it is the organisation's own, whoever comes and goes: that needs `tokens.write`, and scopes that the caller holds themselves without any limit. A token that was made with a token stays within its scopes and ends no later.",
        Body = typeof(TokenBody),
        BodyExample = """{"name":"Nightly key report","scopes":["keys.read","projects.read"]}""",
        Answer = typeof(TokenAnswer),
        Status = StatusCodes.Status201Created,
        Refuses = [StatusCodes.Status409Conflict],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var body = call.Body;
        var name = body.Text("name", 100, required: true);
        var scopes = body.Texts("scopes", ScopesMax, 100, static scope => Permissions.IsKnown(scope)
            ? (scope, null)
            : (null, $"'{StrictJson.Shown(scope)}' is not an action; see GET /api/v1/permissions. A whole group is written as 'keys.*', everything as '*'."));
        if (scopes is { Count: 0 } && body.Refusals.Count == 0)
            body.Refuse("scopes", ErrorCodes.InvalidValue, "'scopes' must have at least one entry; leave it out for all that the person may do.");
        var expires = body.Has("expiresAt") ? body.Instant("expiresAt") : call.Now + Lifetime;
        if (expires <= call.Now)
            body.Refuse("expiresAt", ErrorCodes.InvalidValue, $"'expiresAt' must be in the future; it is now {call.Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        var service = body.Flag("service") ?? false;
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.Caller.OrganisationId.Length == 0)
            return new Refusal(ErrorCodes.PermissionDenied, "A token acts in an organisation, and the caller belongs to none. Create one, or accept an invitation.");
        // A service token makes none for a person, because there is none.
        if (!service && call.Caller.AccountId is null)
            return new Refusal(ErrorCodes.PermissionDenied, "The caller is an organisation's own token and has no person that a token could belong to. Send 'service': true.");
        var rights = await Giving.RightsAsync(call);
        if (Forbidden(call, rights, scopes, ref expires, service, neverEnds: body.IsNull("expiresAt")) is { } forbidden)
            return forbidden;
        var accountId = service ? null : call.Caller.AccountId;
        var most = service ? ServiceMax : PerPersonMax;
        if (await call.Data.ManagementTokens.Working(call.NowMs).CountAsync(t => t.AccountId == accountId, call.CancellationToken) >= most)
            return new Refusal(ErrorCodes.Conflict, $"There are {most} such tokens that work, which is the most there can be. Revoke some that are not used.");

        var secret = KeyText.Create(KeyPurpose.Management, out var publicId);
        var row = new ManagementTokenRow
        {
            Id = ObjectId.New(ObjectId.Token, call.Now),
            OrganisationId = call.Caller.OrganisationId,
            Purpose = "management",
            Name = name!,
            PublicId = publicId,
            Hash = call.Tools.Hasher.Hash(secret.Reveal(), out var pepperVersion),
            PepperVersion = pepperVersion,
            AccountId = accountId,
            Scopes = scopes is null ? null : JsonSerializer.Serialize(scopes, ManagementJson.Default.IReadOnlyListString),
            CreatedBy = call.ActorId,
            CreatedAtMs = call.NowMs,
            ExpiresAtMs = expires?.ToUnixTimeMilliseconds(),
        };
        call.Data.Add(row);
        call.Audit("token.create", row.Id, ("name", row.Name), ("accountId", accountId), ("scopes", scopes), ("expiresAtMs", row.ExpiresAtMs));
        return new Answer(TokenView.Of(row, call.NowMs, secret), "/api/v1/tokens");
    }

    private static Refusal? Forbidden(OperationCall call, Rights rights, IReadOnlyList<string>? scopes, ref DateTimeOffset? expires, bool service, bool neverEnds)
    {
        if ((service || neverEnds) && !rights.Allows(Permissions.TokensWrite))
            return new Refusal(ErrorCodes.PermissionDenied, $"A token {(service ? "of the organisation's own" : "that never expires")} needs '{Permissions.TokensWrite}'.");
        if (!rights.ScopesReach(scopes))
            return new Refusal(ErrorCodes.PermissionDenied, "The calling token is cut down to fewer scopes, and a token makes none that may do more than itself.");
        if (call.Caller.TokenId is not null && call.Caller.ExpiresAtMs is { } ends && (expires is null || expires.Value.ToUnixTimeMilliseconds() > ends))
        {
            if (neverEnds || call.Body.Has("expiresAt"))
                return Refusal.Of([new("expiresAt", ErrorCodes.InvalidValue, "'expiresAt' must not be after the end of the token that the call is made with.")]);
            expires = DateTimeOffset.FromUnixTimeMilliseconds(ends);
        }

        if (!service)
            return null;
        var given = Permissions.All.Where(action => scopes is null || scopes.Any(scope => Permissions.Matches(scope, action)));
        return given.FirstOrDefault(action => !rights.HoldsFully(action)) is { } beyond ? Giving.Beyond("The token", beyond) : null;
    }
}
