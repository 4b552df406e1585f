using System.Globalization;
using Sluice.Contracts.Management;
using Sluice.Gateway.Stages;
using Sluice.Server.Management.Keys;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Reviews;

/// <summary>What became of the person that a key belongs to or a role was given to.</summary>
internal enum HolderState { None, Active, Suspended, Gone }

/// <summary>What stands out about a key, judged by what it was really used for, and the smaller scope that would have done.</summary>
internal static class KeyFindings
{
    private const int ExpiresInDays = 90;

    /// <param name="usage">This key's.</param>
    /// <param name="lastUsedMs">When it was last used as far as is known beside that.</param>
    /// <param name="endpoints">Every route that there is.</param>
    public static (IReadOnlyList<ReviewFinding> Findings, ReviewProposal? Proposed) Of(KeyRow key, HolderState owner, IReadOnlyCollection<KeyUsage> usage, long? lastUsedMs, IReadOnlyList<string> endpoints, ReviewSpan span)
    {
        var findings = new List<ReviewFinding>();
        foreach (var use in usage)
            lastUsedMs = Math.Max(lastUsedMs ?? 0, use.LastMs);
        if (Unused(key, lastUsedMs, span) is { } unused)
            findings.Add(unused);
        if (owner is HolderState.Gone)
            findings.Add(Finding(ReviewFindingCodes.OwnerGone, "Its owner is no longer a member of the organisation, so that it can do nothing now."));
        if (owner is HolderState.Suspended)
            findings.Add(Finding(ReviewFindingCodes.OwnerSuspended, "Its owner is suspended, so that it can do nothing now."));

        var (routes, routesFinding) = Routes(key, usage, endpoints, span);
        var (models, modelsFinding) = Models(key, usage, span);
        findings.AddRange(((ReviewFinding?[])[routesFinding, modelsFinding]).OfType<ReviewFinding>());
        if (key.ExpiresAtMs is null)
            findings.Add(Finding(ReviewFindingCodes.NoExpiry, "It never expires."));
        if (TextList.Parse(key.AllowedNetworks).Count == 0)
            findings.Add(Finding(ReviewFindingCodes.NoNetworkList, "It works from any address."));
        int? expires = key.ExpiresAtMs is null ? ExpiresInDays : null;
        return (findings, routes is null && models is null && expires is null ? null : new ReviewProposal { Routes = routes, Models = models, ExpiresInDays = expires });
    }

    /// <summary>A model that can stand in a scope by its own name.</summary>
    public static bool IsPlainModel(string model) => model.Length is > 0 and <= KeyFields.ModelCharsMax && !model.Contains('*', StringComparison.Ordinal) && !model.Any(char.IsWhiteSpace);

    private static ReviewFinding? Unused(KeyRow key, long? lastUsedMs, ReviewSpan span)
    {
        // A key that is younger than that has had no chance yet.
        if (span.DaysSince(key.CreatedAtMs) < span.UnusedDays || (lastUsedMs is { } last && span.DaysSince(last) < span.UnusedDays))
            return null;
        return lastUsedMs is { } used
            ? Finding(ReviewFindingCodes.Unused, string.Create(CultureInfo.InvariantCulture, $"It was last used {span.DaysSince(used)} days ago, on {DateTimeOffset.FromUnixTimeMilliseconds(used):yyyy-MM-dd}."), span.DaysSince(used))
            : Finding(ReviewFindingCodes.Unused, string.Create(CultureInfo.InvariantCulture, $"It was not used in the last {span.SeenDays(key.CreatedAtMs)} days."), span.SeenDays(key.CreatedAtMs));
    }

    private static (IReadOnlyList<string>? Proposed, ReviewFinding? Finding) Routes(KeyRow key, IReadOnlyCollection<KeyUsage> usage, IReadOnlyList<string> endpoints, ReviewSpan span)
    {
        var scope = TextList.Parse(key.ScopeRoutes);
        var allowed = scope.Count > 0 ? scope : endpoints;
        string[] used = [.. usage.Select(u => u.Endpoint).Distinct().Where(allowed.Contains).Order(StringComparer.Ordinal)];
        // Without any use there is nothing to cut the scope down to: an empty list would allow everything.
        if (used.Length == 0 || used.Length == allowed.Count)
            return (null, null);
        var never = allowed.Count - used.Length;
        return (used, Finding(ReviewFindingCodes.RoutesNeverUsed, string.Create(CultureInfo.InvariantCulture,
            $"Of the {allowed.Count} routes it may call, {never} were never called in {Days(key, span)}: it used {string.Join(", ", used)}."), never));
    }

    private static (IReadOnlyList<string>? Proposed, ReviewFinding? Finding) Models(KeyRow key, IReadOnlyCollection<KeyUsage> usage, ReviewSpan span)
    {
        var scope = TextList.Parse(key.ScopeModels);
        string[] used = [.. usage.Select(u => u.Model).OfType<string>().Where(m => CheckPermission.AllowsModel(scope, m)).Distinct().Order(StringComparer.Ordinal)];
        if (used.Length is 0 or > KeyFields.ModelsMax || !used.All(IsPlainModel))
            return (null, null);
        // Names that are all in use are as narrow as it gets.
        if (scope.Count == used.Length && scope.All(used.Contains))
            return (null, null);
        var may = scope.Count == 0 ? "every model" : string.Join(", ", scope.Take(5)) + (scope.Count > 5 ? ", …" : "");
        return (used, Finding(ReviewFindingCodes.ModelsNeverUsed, string.Create(CultureInfo.InvariantCulture,
            $"It may ask for {may}, and asked for {used.Length} in {Days(key, span)}: {string.Join(", ", used.Take(10))}{(used.Length > 10 ? ", …" : "")}."), used.Length));
    }

    private static string Days(KeyRow key, ReviewSpan span) => string.Create(CultureInfo.InvariantCulture, $"the last {span.SeenDays(key.CreatedAtMs)} days");

    private static ReviewFinding Finding(string code, string sentence, long? figure = null) => new() { Code = code, Sentence = sentence, Figure = figure };
}
