using System.Globalization;
using Sluice.Contracts.Errors;
using Sluice.Contracts.Management;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Stages;
using Sluice.Server.Management.Quota;

namespace Sluice.Server.Management.Diagnosis;

/// <summary>Asks the gateway's stages what they would say to a call, by the very code they judge with. Nothing is taken and nobody is called.</summary>
internal sealed class StageQuestions(GatewayInsight gateway, DiagnosedCall question)
{
    private DateTimeOffset Now => gateway.Time.GetUtcNow();

    public Finding Key()
    {
        var refusal = question.Key is not { } key ? KeyStanding.Unknown : KeyStanding.RefusalOf(key, Now) ?? OfSecrets(key);
        if (refusal is not null)
            return Finding.Fail(refusal) with { Target = question.KeyId };
        return Finding.Pass(question.Key!.ExpiresAt is { } until ? string.Create(CultureInfo.InvariantCulture, $"It is known and switched on, and works until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC.") : "It is known and switched on, and does not expire.");
    }

    public Finding Network()
    {
        var key = question.Key!;
        if (key.AllowedNetworks.Count == 0)
            return Finding.Pass("The key may be used from anywhere.");
        if (question.Address is not { } address)
            return Finding.NotReached("The key has an allow list. Name the address that calls come from to have it judged.");
        return CheckNetwork.RefusalOf(key, address) is { } refusal
            ? Finding.Fail(refusal) with { Target = question.KeyId, Value = address.ToString() }
            : Finding.Pass($"{address} is on the key's allow list.");
    }

    public Finding Signature() => question.Key!.Signing is null
        ? Finding.Pass("The key does not ask for signed calls.")
        : Finding.Pass("Every call with the key must be signed; whether a signature is right shows with the call it belongs to.");

    public Finding Permission() => CheckPermission.RefusalOf(question.Key!, question.Endpoint, question.Model) is { } refusal
        ? Finding.Fail(refusal) with { Target = question.KeyId, Value = Authorization.Permissions.ApiCall }
        : Finding.Pass(question.Key!.OwnerId is null ? "The key's scope allows it." : "The key's scope and its owner's roles allow it.");

    public Finding Limits()
    {
        var key = question.Key!;
        var verdict = gateway.Limits.Look(key, question.Tokens);
        if (verdict.Taken)
            return Finding.Pass(Left(verdict.Snapshot));
        var refusal = TakeLimits.RefusalOf(key, Now, verdict, question.Tokens);
        return Finding.Fail(refusal) with
        {
            Action = verdict.NeverFits ? ErrorActions.RaiseLimit : null,
            Target = question.KeyId,
            Value = verdict.Exceeded switch
            {
                LimitKind.CallsPerDay => LimitNames.CallsPerDay,
                LimitKind.RequestsPerMinute => LimitNames.RequestsPerMinute,
                LimitKind.TokensPerMinute => LimitNames.TokensPerMinute,
                _ => LimitNames.Concurrency,
            },
            RetryAt = verdict.NeverFits ? null : Now + verdict.RetryAfter,
        };
    }

    public Finding Route(IReadOnlyList<RouteCandidateAnswer> candidates)
    {
        if (gateway.Upstreams.Routes.Find(question.Model).Length == 0)
            return Finding.Fail(ChooseRoute.NobodyServes(question.Model)) with { Value = question.Model };
        var first = candidates.Where(static c => c.Chosen).Select(static c => $"'{c.Upstream}'").ToList();
        return Finding.Pass(first.Count == 1 ? $"It goes to {first[0]}." : $"It goes to one of {string.Join(", ", first)}, by weight.");
    }

    // A key all of whose secrets have ended is refused whichever is sent.
    private Gateway.Refusal? OfSecrets(ApiKey key)
    {
        Gateway.Refusal? ended = null;
        foreach (var credential in key.Credentials)
        {
            if (credential.IsPlayground)
                continue;
            ended = KeyStanding.RefusalOf(credential, Now);
            if (ended is null)
                return null;
        }

        return ended ?? KeyStanding.Unknown;
    }

    private static string Left(in LimitSnapshot snapshot)
    {
        var parts = new List<string>();
        Add(snapshot.CallsPerDay, "calls today");
        Add(snapshot.RequestsPerMinute, "requests in this minute");
        Add(snapshot.TokensPerMinute, "tokens in this minute");
        Add(snapshot.Concurrency, "calls at once");
        return parts.Count == 0 ? "The key has no limits." : $"Left are {string.Join(", ", parts)}.";

        void Add(in LimitLevel level, string what)
        {
            if (level.Exists)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{level.Remaining:N0} of {level.Limit:N0} {what}"));
        }
    }
}
