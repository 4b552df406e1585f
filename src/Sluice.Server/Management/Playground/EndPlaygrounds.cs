using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Playground;

/// <summary>
/// Ends playgrounds with what they were made by, in the transaction of whatever act that was: with the session or token, however it ended, and, on another's key,
/// with any change of what their maker may do. On the maker's own key the gateway narrows to the owner's rights itself.
/// </summary>
internal static class EndPlaygrounds
{
    /// <summary>Adds to the act's changes the keys whose playgrounds ended.</summary>
    public static async Task AfterAsync(SluiceDb db, Trace trace)
    {
        if (!await db.KeyCredentials.AnyAsync(c => c.Purpose == KeyCredentialPurposes.Playground && c.ExpiresAtMs > trace.NowMs, trace.CancellationToken))
            return;
        // What the act did to sessions, tokens and keys must be seen by the question below.
        await db.SaveChangesAsync(trace.CancellationToken);
        var people = trace.Changes.Where(c => c.Kind == ChangeKinds.Owner).Select(c => c.SubjectId).Distinct().ToList();
        var organisations = trace.Changes.Where(c => c.Kind == ChangeKinds.Organisation).Select(c => c.SubjectId).Distinct().ToList();
        var ended = await db.KeyCredentials
            .Where(c => c.Purpose == KeyCredentialPurposes.Playground && c.ExpiresAtMs > trace.NowMs)
            .Where(c => (c.MadeWith != null
                    && !db.Sessions.Any(s => s.Id == c.MadeWith && s.RevokedAtMs == null)
                    && !db.ManagementTokens.Any(t => t.Id == c.MadeWith && t.RevokedAtMs == null))
                || ((people.Contains(c.MadeBy!) || organisations.Contains(c.OrganisationId)) && !db.Keys.Any(k => k.Id == c.KeyId && k.OwnerId == c.MadeBy)))
            .ToListAsync(trace.CancellationToken);
        foreach (var row in ended)
            row.ExpiresAtMs = trace.NowMs;
        foreach (var keyId in ended.Select(c => c.KeyId).Distinct())
            trace.KeyChanged(keyId);
    }
}
