using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Keys;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Tiers;

internal static class UpdateTier
{
    public static readonly Operation Operation = new()
    {
        Name = "updateTier",
        Method = "PUT",
        Path = "/tiers/{id}",
        Permission = Permissions.InstallationSettings,
        Summary = "Change what a tier gives",
        Description = "Replaces all of it; there are the tiers `personal`, `business` and `enterprise`. Holds for keys made and changed from now on: keys that there are keep their limits.",
        Body = typeof(TierBody),
        BodyExample = """{"name":"Business","testCallsPerDay":500,"productionCallsPerDay":5000,"callsPerDayMax":20000,"requestsPerMinuteMax":300,"tokensPerMinuteMax":1000000,"concurrencyMax":50,"support":false}""",
        Answer = typeof(TierAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Writes = true,
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        var body = call.Body;
        var name = body.Text("name", 100, required: true);
        var test = Required(body, "testCallsPerDay");
        var production = Required(body, "productionCallsPerDay");
        var most = Required(body, "callsPerDayMax");
        var requests = body.Whole("requestsPerMinuteMax", 1, KeyFields.LimitMax);
        var tokens = body.Whole("tokensPerMinuteMax", 1, KeyFields.LimitMax);
        var concurrency = (int?)body.Whole("concurrencyMax", 1, KeyFields.ConcurrencyMax);
        var support = body.Flag("support");
        if (!body.Has("support") || body.IsNull("support"))
            body.Refuse("support", ErrorCodes.MissingParameter, "'support' is required.");
        if (test > most)
            body.Refuse("testCallsPerDay", ErrorCodes.InvalidValue, "'testCallsPerDay' must not be above 'callsPerDayMax'.");
        if (production > most)
            body.Refuse("productionCallsPerDay", ErrorCodes.InvalidValue, "'productionCallsPerDay' must not be above 'callsPerDayMax'.");
        var row = await call.Installation.Tiers.SingleOrDefaultAsync(t => t.Id == call.Id, call.CancellationToken);
        if (row is null)
            return Outcome.NotFound;
        if (call.Refused() is { } refusal)
            return refusal;
        if (call.OtherVersion(row.UpdatedAtMs) is { } other)
            return other;

        row.Name = name!;
        row.TestCallsPerDay = test!.Value;
        row.ProductionCallsPerDay = production!.Value;
        row.CallsPerDayMax = most!.Value;
        row.RequestsPerMinuteMax = requests;
        row.TokensPerMinuteMax = tokens;
        row.ConcurrencyMax = concurrency;
        row.Support = support!.Value;
        row.UpdatedAtMs = call.Touch(row.UpdatedAtMs);
        call.Audit("tier.update", row.Id, ("name", name), ("testCallsPerDay", test), ("productionCallsPerDay", production), ("callsPerDayMax", most),
            ("requestsPerMinuteMax", requests), ("tokensPerMinuteMax", tokens), ("concurrencyMax", concurrency), ("support", support));
        return new Answer(TierView.Of(row), Version: row.UpdatedAtMs);
    }

    private static long? Required(BodyFields body, string member)
    {
        if (body.Has(member) && !body.IsNull(member))
            return body.Whole(member, 1, KeyFields.LimitMax);
        body.Refuse(member, ErrorCodes.MissingParameter, $"'{member}' is required.");
        return null;
    }
}
