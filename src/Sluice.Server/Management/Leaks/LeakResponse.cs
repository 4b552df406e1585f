using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Leaks;

/// <summary>
/// Revokes leaked tokens that are found within reach, and tells those they belong to. Only the whole secret counts: of somebody who knows no more than the
/// visible part, nothing is revoked and nothing told.
/// </summary>
internal sealed class LeakResponse(LeakReach reach, LeakTrace trace, KeyHasher hasher)
{
    public const string Reason = "leaked";
    private readonly LeakNews _news = new(reach, trace);

    private long NowMs => trace.Now.ToUnixTimeMilliseconds();

    /// <summary>One answer for each token, in their order.</summary>
    public async Task<IReadOnlyList<LeakedTokenAnswer>> RevokeAsync(IReadOnlyList<LeakedToken> tokens)
    {
        var credentials = await CredentialsAsync(tokens);
        var keyIds = credentials.Values.Select(c => c.KeyId).Distinct().ToList();
        var siblings = (await reach.Credentials.Where(c => keyIds.Contains(c.KeyId) && c.Purpose == KeyCredentialPurposes.Key).ToListAsync(trace.CancellationToken)).ToLookup(c => c.KeyId);
        var keys = await reach.Keys.Where(k => keyIds.Contains(k.Id)).ToDictionaryAsync(k => k.Id, trace.CancellationToken);
        var management = await TokensAsync(tokens);
        var sessions = await SessionsAsync(tokens);

        var answers = new List<LeakedTokenAnswer>();
        foreach (var token in tokens)
        {
            var (state, subject) = token.Purpose switch
            {
                KeyPurpose.Test or KeyPurpose.Live or KeyPurpose.Playground => credentials.TryGetValue(token.PublicId, out var credential) && Fits(token, credential.Hash, credential.PepperVersion)
                    ? (EndKey(token, keys[credential.KeyId], credential, siblings[credential.KeyId]), credential.KeyId) : (LeakStates.NotKnown, null),
                KeyPurpose.Session => sessions.TryGetValue(token.PublicId, out var session) && Fits(token, session.Hash, session.PepperVersion)
                    ? (EndSession(token, session), session.Id) : (LeakStates.NotKnown, null),
                _ => management.TryGetValue(token.PublicId, out var row) && Fits(token, row.Hash, row.PepperVersion)
                    ? (EndToken(token, row), row.Id) : (LeakStates.NotKnown, null),
            };
            answers.Add(new LeakedTokenAnswer { Masked = token.Masked, State = state, SubjectId = subject });
        }

        await _news.TellAsync();
        return answers;
    }

    private string EndKey(LeakedToken token, KeyRow key, KeyCredentialRow leaked, IEnumerable<KeyCredentialRow> all)
    {
        if (key.RevokedAtMs is not null || leaked.ExpiresAtMs <= NowMs)
            return LeakStates.AlreadyRevoked;
        if (leaked.Purpose == KeyCredentialPurposes.Playground)
        {
            // It is none of the key's own secrets and would have ended by itself: nobody has anything to replace.
            leaked.ExpiresAtMs = NowMs;
            trace.Audit(key.OrganisationId, "key.leak.playground_ended", key.Id, [("publicId", leaked.PublicId), ("source", trace.Source)]);
            trace.KeyChanged(key.Id);
            return LeakStates.Revoked;
        }

        // After a rotation the old secret alone is ended: whoever rotated because of the leak is not punished with an outage.
        var replaced = all.Any(c => c.CreatedAtMs > leaked.CreatedAtMs && c.ExpiresAtMs is null);
        if (replaced)
            leaked.ExpiresAtMs = NowMs;
        else
            (key.RevokedAtMs, key.RevokedReason) = (NowMs, Reason);
        key.UpdatedAtMs = Math.Max(NowMs, key.UpdatedAtMs + 1);
        trace.Audit(key.OrganisationId, replaced ? "key.leak.secret_ended" : "key.leak.revoke", key.Id, [("publicId", leaked.PublicId), ("source", trace.Source)]);
        trace.KeyChanged(key.Id);
        _news.Add(key.OrganisationId, key.OwnerId, new LeakedThing(key.Id, key.Name, token.Masked, token.FoundAt, replaced));
        return LeakStates.Revoked;
    }

    private string EndToken(LeakedToken token, ManagementTokenRow row)
    {
        if (row.RevokedAtMs is not null || row.ExpiresAtMs <= NowMs)
            return LeakStates.AlreadyRevoked;
        row.RevokedAtMs = NowMs;
        trace.Audit(row.OrganisationId, "token.leak.revoke", row.Id, [("publicId", row.PublicId), ("source", trace.Source)]);
        _news.Add(row.OrganisationId, row.AccountId ?? row.CreatedBy, new LeakedThing(row.Id, row.Name, token.Masked, token.FoundAt, false));
        return LeakStates.Revoked;
    }

    private string EndSession(LeakedToken token, SessionRow session)
    {
        if (session.RevokedAtMs is not null || session.ExpiresAtMs <= NowMs)
            return LeakStates.AlreadyRevoked;
        session.RevokedAtMs = NowMs;
        trace.Audit(session.OrganisationId, "session.leak.revoke", session.Id, [("accountId", session.AccountId), ("source", trace.Source)]);
        _news.Add(session.OrganisationId, session.AccountId, new LeakedThing(session.Id, "session", token.Masked, token.FoundAt, false));
        return LeakStates.Revoked;
    }

    private bool Fits(LeakedToken token, byte[] hash, int pepperVersion) => hasher.Verify(token.Text.Reveal(), hash, pepperVersion);

    private async Task<Dictionary<string, KeyCredentialRow>> CredentialsAsync(IReadOnlyList<LeakedToken> tokens)
    {
        var ids = Ids(tokens, KeyPurpose.Test, KeyPurpose.Live, KeyPurpose.Playground);
        return ids.Count == 0 ? [] : await reach.Credentials.Where(c => ids.Contains(c.PublicId)).ToDictionaryAsync(c => c.PublicId, trace.CancellationToken);
    }

    private async Task<Dictionary<string, ManagementTokenRow>> TokensAsync(IReadOnlyList<LeakedToken> tokens)
    {
        var ids = Ids(tokens, KeyPurpose.Management, KeyPurpose.Setup);
        return ids.Count == 0 ? [] : await reach.Tokens.Where(t => ids.Contains(t.PublicId)).ToDictionaryAsync(t => t.PublicId, trace.CancellationToken);
    }

    private async Task<Dictionary<string, SessionRow>> SessionsAsync(IReadOnlyList<LeakedToken> tokens)
    {
        var ids = Ids(tokens, KeyPurpose.Session);
        return ids.Count == 0 ? [] : await reach.Sessions.Where(s => ids.Contains(s.PublicId)).ToDictionaryAsync(s => s.PublicId, trace.CancellationToken);
    }

    private static List<string> Ids(IReadOnlyList<LeakedToken> tokens, params IReadOnlyList<KeyPurpose> purposes) =>
        [.. tokens.Where(t => purposes.Contains(t.Purpose)).Select(t => t.PublicId).Distinct(StringComparer.Ordinal)];
}
