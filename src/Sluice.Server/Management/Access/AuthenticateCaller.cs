using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>
/// Finds out who calls: by <c>Authorization: Bearer</c> with a management or session token; the console brings the session's token from its cookie. API keys of the data plane are of no
/// use here, however valid. Token, person, membership and roles are looked up on every call, so that what was taken away is refused at once.
/// </summary>
internal sealed class AuthenticateCaller(KeyHasher hasher)
{
    /// <summary>Which organisation a person acts in, where they belong to several.</summary>
    public const string OrganisationHeader = "sluice-organisation";
    private const string Scheme = "Bearer ";
    private string? _operatorOrganisation;

    /// <summary>What can be told without the database. Refuses before anything of the caller's is kept or looked up.</summary>
    public static Refusal? ReadToken(HttpRequest request, out string token)
    {
        var authorization = request.Headers.Authorization;
        token = "";
        // Cookies are never read here: browsers send them whoever made the page that calls.
        return StringValues.IsNullOrEmpty(authorization) ? new Refusal(ErrorCodes.MissingManagementToken) : ReadBearer(authorization, out token);
    }

    private static Refusal? ReadBearer(StringValues authorization, out string token)
    {
        token = "";
        if (authorization.Count != 1 || !authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new Refusal(ErrorCodes.InvalidManagementToken, "The Authorization header must be given once, as 'Bearer <management token>'.");
        token = authorization[0]![Scheme.Length..].Trim();
        if (!KeyText.TryParse(token, out var purpose, out _))
            return new Refusal(ErrorCodes.InvalidManagementToken, "It is malformed or mistyped.");
        return purpose is KeyPurpose.Management or KeyPurpose.Session
            ? null
            : new Refusal(ErrorCodes.InvalidManagementToken, $"A key that begins with '{KeyPrefix.Of(purpose)}' is not accepted here; a management token begins with '{KeyPrefix.Of(KeyPurpose.Management)}'.");
    }

    /// <summary>The caller that a well-formed token belongs to.</summary>
    /// <param name="organisation">What <see cref="OrganisationHeader"/> says, or empty.</param>
    public async ValueTask<(Caller? Caller, Refusal? Refusal)> FindAsync(SluiceDb db, string token, string organisation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(token, out var purpose, out var publicIdSpan))
            return (null, new Refusal(ErrorCodes.InvalidManagementToken));
        var publicId = publicIdSpan.ToString();
        return purpose is KeyPurpose.Session
            ? await FindSessionAsync(db, token, publicId, organisation, now, cancellationToken)
            : await FindTokenAsync(db, token, publicId, organisation, now, cancellationToken);
    }

    /// <summary>The organisation that runs this installation: made by the first start and never removed.</summary>
    public async ValueTask<string> OperatorOrganisationAsync(SluiceDb db, CancellationToken cancellationToken) =>
        _operatorOrganisation ??= await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(cancellationToken);

    private async ValueTask<(Caller?, Refusal?)> FindTokenAsync(SluiceDb db, string token, string publicId, string organisation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.ManagementTokens.AsNoTracking()
            .SingleOrDefaultAsync(t => t.PublicId == publicId && t.Purpose == "management", cancellationToken);
        if (row is null || !hasher.Verify(token, row.Hash, row.PepperVersion))
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, "It is not known here."));
        // Said only to a holder of the right secret.
        if (row.RevokedAtMs is not null)
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, "It was revoked."));
        if (row.ExpiresAtMs is { } expires && expires <= now.ToUnixTimeMilliseconds())
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, $"It expired at {DateTimeOffset.FromUnixTimeMilliseconds(expires):yyyy-MM-dd'T'HH:mm:ss'Z'}."));
        if (organisation.Length > 0 && organisation != row.OrganisationId)
            return (null, NotMember);

        var rights = Rights.Everything;
        if (row.AccountId is { } accountId)
        {
            if (await SuspensionAsync(db, accountId, cancellationToken) is { } suspended)
                return (null, suspended);
            if (await RightsReader.OfMemberAsync(db, row.OrganisationId, accountId, cancellationToken) is not { } own)
                return (null, new Refusal(ErrorCodes.InvalidManagementToken, "The person it belongs to is no longer a member of the organisation."));
            rights = own;
        }

        var nowMs = now.ToUnixTimeMilliseconds();
        if (row.LastUsedAtMs is not { } used || used + (long)SessionCookie.SeenEvery.TotalMilliseconds <= nowMs)
        {
            await db.ManagementTokens.Where(t => t.Id == row.Id && (t.LastUsedAtMs == null || t.LastUsedAtMs < nowMs))
                .ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAtMs, nowMs), cancellationToken);
        }

        return (new Caller
        {
            ActorId = row.Id,
            TokenId = row.Id,
            TokenName = row.Name,
            AccountId = row.AccountId,
            OrganisationId = row.OrganisationId,
            ExpiresAtMs = row.ExpiresAtMs,
            Rights = rights.CutTo(RightsReader.ParseScopes(row.Scopes)),
            IsOperator = row.OrganisationId == await OperatorOrganisationAsync(db, cancellationToken),
        }, null);
    }

    private async ValueTask<(Caller?, Refusal?)> FindSessionAsync(SluiceDb db, string token, string publicId, string organisation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var session = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.PublicId == publicId, cancellationToken);
        if (session is null || !hasher.Verify(token, session.Hash, session.PepperVersion) || session.RevokedAtMs is not null
            || session.ExpiresAtMs <= nowMs || session.LastSeenAtMs + (long)SessionCookie.IdleLifetime.TotalMilliseconds <= nowMs)
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, "The session has ended. Sign in again."));
        if (await SuspensionAsync(db, session.AccountId, cancellationToken) is { } suspended)
            return (null, suspended);
        if (session.LastSeenAtMs + (long)SessionCookie.SeenEvery.TotalMilliseconds <= nowMs)
            await db.Sessions.Where(s => s.Id == session.Id && s.LastSeenAtMs < nowMs).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAtMs, nowMs), cancellationToken);

        var (current, refusal) = await OrganisationOfAsync(db, session, organisation, cancellationToken);
        if (refusal is not null)
            return (null, refusal);
        return (new Caller
        {
            ActorId = session.AccountId,
            AccountId = session.AccountId,
            SessionId = session.Id,
            OrganisationId = current,
            ExpiresAtMs = session.ExpiresAtMs,
            ConfirmedAtMs = session.ConfirmedAtMs,
            Rights = current.Length == 0 ? Rights.None : await RightsReader.OfMemberAsync(db, current, session.AccountId, cancellationToken) ?? Rights.None,
            IsOperator = current.Length > 0 && current == await OperatorOrganisationAsync(db, cancellationToken),
        }, null);
    }

    /// <summary>The one asked for, else the session's current one, else the one joined first.</summary>
    private static async ValueTask<(string Id, Refusal?)> OrganisationOfAsync(SluiceDb db, SessionRow session, string asked, CancellationToken cancellationToken)
    {
        var mine = await db.Members.AsNoTracking().Where(m => m.AccountId == session.AccountId)
            .OrderBy(m => m.JoinedAtMs).ThenBy(m => m.OrganisationId).Select(m => m.OrganisationId).ToListAsync(cancellationToken);
        if (asked.Length > 0)
            return mine.Contains(asked) ? (asked, null) : ("", NotMember);
        return (session.OrganisationId is { } last && mine.Contains(last) ? last : mine.FirstOrDefault() ?? "", null);
    }

    private static async ValueTask<Refusal?> SuspensionAsync(SluiceDb db, string accountId, CancellationToken cancellationToken) =>
        await db.Accounts.Where(a => a.Id == accountId).Select(a => a.SuspendedAtMs).SingleOrDefaultAsync(cancellationToken) is null
            ? null
            : new Refusal(ErrorCodes.AccountSuspended, "Ask the operator of this installation.");

    private static Refusal NotMember { get; } = new(ErrorCodes.PermissionDenied, $"The caller does not belong to the organisation that the header '{OrganisationHeader}' names.");
}
