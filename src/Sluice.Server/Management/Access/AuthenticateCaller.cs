using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Access;

/// <summary>
/// Finds out who calls from <c>Authorization: Bearer sk-slc_mgmt_…</c>. API keys of the data plane are of no use here, however valid.
/// Tokens are looked up on every call, so that a revoked one is refused at once.
/// </summary>
internal sealed class AuthenticateCaller(KeyHasher hasher)
{
    private const string Scheme = "Bearer ";
    private string? _operatorOrganisation;

    /// <summary>What can be told without the database. Refuses before anything of the caller's is kept or looked up.</summary>
    public static Refusal? ReadToken(StringValues authorization, out string token)
    {
        token = "";
        if (StringValues.IsNullOrEmpty(authorization))
            return new Refusal(ErrorCodes.MissingManagementToken);
        if (authorization.Count != 1 || !authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new Refusal(ErrorCodes.InvalidManagementToken, "The Authorization header must be given once, as 'Bearer <management token>'.");
        token = authorization[0]![Scheme.Length..].Trim();
        if (!KeyText.TryParse(token, out var purpose, out _))
            return new Refusal(ErrorCodes.InvalidManagementToken, "It is malformed or mistyped.");
        return purpose is KeyPurpose.Management
            ? null
            : new Refusal(ErrorCodes.InvalidManagementToken, $"A key that begins with '{KeyPrefix.Of(purpose)}' is not accepted here; a management token begins with '{KeyPrefix.Of(KeyPurpose.Management)}'.");
    }

    /// <summary>The caller that a well-formed token belongs to.</summary>
    public async ValueTask<(Caller? Caller, Refusal? Refusal)> FindAsync(SluiceDb db, string token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(token, out var purpose, out var publicIdSpan) || purpose is not KeyPurpose.Management)
            return (null, new Refusal(ErrorCodes.InvalidManagementToken));
        var publicId = publicIdSpan.ToString();
        var row = await db.ManagementTokens.AsNoTracking()
            .SingleOrDefaultAsync(t => t.PublicId == publicId && t.Purpose == "management", cancellationToken);
        if (row is null || !hasher.Verify(token, row.Hash, row.PepperVersion))
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, "It is not known here."));
        // Said only to a holder of the right secret.
        if (row.RevokedAtMs is not null)
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, "It was revoked."));
        if (row.ExpiresAtMs is { } expires && expires <= now.ToUnixTimeMilliseconds())
            return (null, new Refusal(ErrorCodes.InvalidManagementToken, $"It expired at {DateTimeOffset.FromUnixTimeMilliseconds(expires):yyyy-MM-dd'T'HH:mm:ss'Z'}."));

        // The first organisation is made by the first start and is never removed.
        _operatorOrganisation ??= await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstAsync(cancellationToken);
        return (new Caller(row.Id, row.OrganisationId, row.Name, row.ExpiresAtMs, row.OrganisationId == _operatorOrganisation), null);
    }
}
