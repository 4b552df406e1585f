using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;
using Sluice.Server.Management.Quota;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Checklist;

/// <summary>What stands between a project and production, from what is really there.</summary>
/// <param name="TestKey">What a production key would be modelled on.</param>
internal sealed record ProductionChecklist(KeyRow? TestKey, KeyRow? ProductionKey, IReadOnlyList<ChecklistItem> Items)
{
    private const int TestKeysMax = 5;

    public IReadOnlyList<ChecklistItem> Open => [.. Items.Where(i => i is { Level: ChecklistLevels.Required, Done: false })];

    /// <summary>What the project's test keys did: the part that takes a while to find out.</summary>
    public static async Task<TestTraffic> TrafficAsync(OperationCall call, string projectId) =>
        await TestTraffic.OfAsync(call, await NewestAsync(call, projectId, KeyKinds.Test, TestKeysMax));

    public static async Task<ProductionChecklist> OfAsync(OperationCall call, string projectId, TestTraffic traffic)
    {
        var tests = await NewestAsync(call, projectId, KeyKinds.Test, TestKeysMax);
        var production = await NewestAsync(call, projectId, KeyKinds.Production, 1) is [var newest, ..] ? newest : null;
        var standing = await ProductionStanding.OfAsync(call);
        var verified = await call.Data.Organisations.Select(o => o.VerifiedUntilMs).SingleAsync(call.CancellationToken) > call.NowMs;
        var limits = production is null ? await TierLimits.DefaultsAsync(call, KeyKinds.Production) : LimitValues.Of(production);
        var ids = tests.Select(k => k.Id).Append(production?.Id).ToList();
        var rotated = await call.Data.AuditEntries.AnyAsync(e => ids.Contains(e.SubjectId) && e.Action == "key.rotate", call.CancellationToken);
        return new ProductionChecklist(tests is [var test, ..] ? test : null, production,
        [
            Item("email_verified", ChecklistLevels.Required, standing.IsExempt || standing.Email,
                standing.IsExempt ? "An operator's service token needs none." : standing.Email ? "Your e-mail address is verified." : "Your e-mail address is not verified.", "Open the link that was sent to it, or ask for a new one in your profile."),
            Item("phone_verified", ChecklistLevels.Required, standing.IsExempt || standing.Phone,
                standing.IsExempt ? "An operator's service token needs none." : standing.Phone ? "Your telephone number is verified." : "Your telephone number is not verified.", "Verify it with the code sent to it, in your profile."),
            Item("test_traffic", ChecklistLevels.Required, traffic.IsEnough,
                Text($"{traffic.Calls} calls with test keys in {TestTraffic.Days} days, {traffic.Percent} % of them succeeded."),
                Text($"Call with a test key of this project until at least {TestTraffic.CallsMin} calls within {TestTraffic.Days} days were made and {TestTraffic.PercentMin} % of them succeeded.")),
            Item("organisation_verified", ChecklistLevels.Recommended, verified, verified ? "The organisation is a verified enterprise." : "The organisation is not a verified enterprise.", "Apply for enterprise verification: it raises the limits."),
            Item("production_key", ChecklistLevels.Expected, production is not null, production is null ? "There is no active production key in the project." : $"'{production.Name}' is the newest.",
                "Go live: POST /api/v1/projects/{id}/go-live makes one like the test key."),
            OfKey("key_expiry", production, static k => k.ExpiresAtMs is not null, "It expires.", "It never expires.", "Give it an expiry and rotate it before."),
            OfKey("key_networks", production, static k => k.AllowedNetworks != "[]", "It has an IP allow list.", "It can be used from anywhere.", "List the networks that your servers call from."),
            OfKey("key_scope", production, static k => k.ScopeRoutes != "[]" || k.ScopeModels != "[]", "Its scope is narrowed.", "It may call every route and every model.", "List the routes and models that the application needs."),
            Fit(traffic, limits, production is not null),
            OfKey("signing", production, static k => k.SealedSigningSecret is not null, "Its calls must be signed.", "Its calls need not be signed.", "Require signing, so that a key alone is of no use to who finds it.", ChecklistLevels.Recommended),
            Item("rotation_rehearsed", ChecklistLevels.Recommended, rotated, rotated ? "A key of the project was rotated." : "No key of the project was rotated yet.", "Rotate the test key once, to see that the application takes a new secret without an outage."),
        ]);
    }

    private static async Task<IReadOnlyList<KeyRow>> NewestAsync(OperationCall call, string projectId, string kind, int count)
    {
        var filter = new KeyFilter { ProjectId = projectId, Kind = kind, Status = KeyStatuses.Active };
        return (await new KeyPages(call.Data, filter, count, call.NowMs, call.CancellationToken).NewestAsync(null)).Keys;
    }

    private static ChecklistItem Fit(TestTraffic traffic, LimitValues limits, bool exists)
    {
        var tight = new List<string>();
        if (limits.CallsPerDay < traffic.PeakCallsPerDay)
            tight.Add(Text($"callsPerDay {limits.CallsPerDay} (peak {traffic.PeakCallsPerDay})"));
        if (limits.RequestsPerMinute < traffic.PeakCallsPerMinute)
            tight.Add(Text($"requestsPerMinute {limits.RequestsPerMinute} (peak {traffic.PeakCallsPerMinute})"));
        if (limits.TokensPerMinute < traffic.PeakTokensPerMinute)
            tight.Add(Text($"tokensPerMinute {limits.TokensPerMinute} (peak {traffic.PeakTokensPerMinute})"));
        var whose = exists ? "the production key" : "a new production key";
        return Item("limits_fit", ChecklistLevels.Expected, tight.Count == 0,
            tight.Count == 0
                ? Text($"The limits of {whose} are above the peak of the test traffic: {traffic.PeakCallsPerDay} calls a day, {traffic.PeakCallsPerMinute} calls and {traffic.PeakTokensPerMinute} tokens a minute.")
                : $"The limits of {whose} are below the peak of the test traffic: {string.Join(", ", tight)}.",
            "Raise the limits, or apply for more quota.");
    }

    private static ChecklistItem OfKey(string id, KeyRow? key, Func<KeyRow, bool> holds, string yes, string no, string toDo, string level = ChecklistLevels.Expected) =>
        key is null ? Item(id, level, false, "There is no production key yet.", toDo) : Item(id, level, holds(key), holds(key) ? yes : no, toDo);

    private static ChecklistItem Item(string id, string level, bool done, string found, string toDo) => new() { Id = id, Level = level, Done = done, Found = found, ToDo = done ? null : toDo };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
