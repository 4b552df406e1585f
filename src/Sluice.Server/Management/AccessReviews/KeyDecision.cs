using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Stages;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Reviews;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.AccessReviews;

/// <summary>What a decision does to a key.</summary>
internal sealed class KeyDecision(OperationCall call, IReadOnlyList<KeyUsage> used)
{
    /// <param name="key">Or <see langword="null"/> if it is revoked or gone.</param>
    /// <param name="isThere">Whether there was still something to decide.</param>
    public Refusal? Apply(KeyRow? key, ReviewItemRow item, string verb, out bool isThere)
    {
        isThere = key is not null;
        if (key is null || verb == ReviewVerbs.Confirm)
            return null;
        return verb == ReviewVerbs.Narrow ? Narrow(key, item) : Revoke(key, item);
    }

    private Refusal? Revoke(KeyRow key, ReviewItemRow item)
    {
        key.RevokedAtMs = call.NowMs;
        key.RevokedReason = "access_review";
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.revoke", key.Id, ("reviewId", item.ReviewId));
        call.KeyChanged(key.Id);
        return null;
    }

    private Refusal? Narrow(KeyRow key, ReviewItemRow item)
    {
        if (ReviewView.ProposalOf(item) is not { } proposed)
            return new Refusal(ErrorCodes.Conflict, "There is no smaller scope proposed for it. Confirm or revoke it.");
        var changed = new List<(string, object?)> { ("reviewId", item.ReviewId) };
        if (proposed.Routes is { } routes)
        {
            var scope = TextList.Parse(key.ScopeRoutes);
            string[] kept = [.. routes.Union(Used(key, u => u.Endpoint)).Where(r => scope.Count == 0 || scope.Contains(r)).Order(StringComparer.Ordinal)];
            if (kept.Length == 0)
                return Stale;
            if (!kept.SequenceEqual(scope))
                changed.Add(("scope.routes", key.ScopeRoutes = TextList.Format(kept)));
        }

        if (proposed.Models is { } models)
        {
            var scope = TextList.Parse(key.ScopeModels);
            string[] kept = [.. models.Union(Used(key, u => u.Model).Where(KeyFindings.IsPlainModel)).Where(m => CheckPermission.AllowsModel(scope, m)).Order(StringComparer.Ordinal)];
            if (kept.Length == 0)
                return Stale;
            if (!kept.SequenceEqual(scope))
                changed.Add(("scope.models", key.ScopeModels = TextList.Format(kept)));
        }

        if (proposed.ExpiresInDays is { } days && call.Now.AddDays(days).ToUnixTimeMilliseconds() is var expires && (key.ExpiresAtMs is null || key.ExpiresAtMs > expires))
            changed.Add(("expiresAtMs", key.ExpiresAtMs = expires));
        if (changed.Count == 1)
            return null;
        key.UpdatedAtMs = call.Touch(key.UpdatedAtMs);
        call.Audit("key.update", key.Id, [.. changed]);
        call.KeyChanged(key.Id);
        return null;
    }

    private IEnumerable<string> Used(KeyRow key, Func<KeyUsage, string?> of) => used.Where(u => u.KeyId == key.Id).Select(of).OfType<string>();

    private static Refusal Stale { get; } = new(ErrorCodes.Conflict, "The key's scope was changed since the review began, and nothing of what is proposed is in it any more. Confirm it as it is, or revoke it.");
}
