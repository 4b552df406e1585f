using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Ui;

/// <summary>What became of one stage of the gateway in a call.</summary>
/// <param name="Name">As in the record.</param>
/// <param name="Verdict"><c>passed</c>, <c>answered</c>, <c>refused</c> or <c>not-reached</c>.</param>
/// <param name="Microseconds"><see langword="null"/> where it was not reached.</param>
public sealed record StageVisit(string Name, string Verdict, long? Microseconds)
{
    /// <summary>How wide it is drawn, 0–5: each step is ten times as long.</summary>
    public int Width => Microseconds is not { } us || us < 10 ? 0 : Math.Min(5, (int)Math.Log10(us));
}

/// <summary>The gateway's stages in their order, and how they are called.</summary>
public static class GatewayStages
{
    private static readonly IReadOnlyList<string> Question = ["RecordRequest", "Authenticate", "CheckNetwork", "CheckSignature", "CheckPermission"];

    private static readonly IReadOnlyList<string> ModelCall =
        ["RecordRequest", "Authenticate", "CheckNetwork", "ReadRequest", "CheckSignature", "CheckPermission", "TakeLimits", "HoldQuota", "ChooseRoute", "MeterUsage", "CallUpstream"];

    /// <summary>What became of each: those that the call entered, as they were recorded, and those that it would have come to.</summary>
    public static IReadOnlyList<StageVisit> Of(RequestAnswer request)
    {
        var entered = request.Stages;
        var known = request.Endpoint.StartsWith("GET ", StringComparison.Ordinal) ? Question : ModelCall;
        var stopped = request.StoppedBy;
        var visits = entered.Select((s, i) => new StageVisit(s.Name, s.Name == stopped ? "refused" : request.ErrorCode is null && i == entered.Count - 1 ? "answered" : "passed", s.Microseconds));
        var reached = entered.Count == 0 ? 0 : known.ToList().IndexOf(entered[^1].Name) + 1;
        // A stage that is not known here was the last: what would have come after it is not known either.
        return [.. visits, .. reached == 0 && entered.Count > 0 ? [] : known.Skip(reached).Select(static name => new StageVisit(name, "not-reached", null))];
    }

    public static string Title(Words words, string name) => name switch
    {
        "RecordRequest" => words["Record"],
        "Authenticate" => words["Key"],
        "CheckNetwork" => words["Network"],
        "ReadRequest" => words["Request"],
        "CheckSignature" => words["Signature"],
        "CheckPermission" => words["Permission"],
        "TakeLimits" => words["Rate limits"],
        "HoldQuota" => words["Quota"],
        "ChooseRoute" => words["Route"],
        "MeterUsage" => words["Metering"],
        "CallUpstream" => words["Upstream"],
        _ => name,
    };

    public static string Verdict(Words words, string verdict) => verdict switch
    {
        "passed" => words["Passed"],
        "answered" => words["Answered"],
        "refused" => words["Refused"],
        _ => words["Not reached"],
    };

    /// <summary>What the stage does, in a sentence.</summary>
    public static string About(Words words, string name) => name switch
    {
        "RecordRequest" => words["Gives the call its id and writes one record of it."],
        "Authenticate" => words["Looks the API key up and whether it works."],
        "CheckNetwork" => words["Compares the caller's address with the key's allow list."],
        "ReadRequest" => words["Reads the body and what it asks for."],
        "CheckSignature" => words["Checks the signature where the key asks for one."],
        "CheckPermission" => words["Compares route and model with what the key and its owner may do."],
        "TakeLimits" => words["Takes the call from the limits a minute and at once."],
        "HoldQuota" => words["Holds the call against the day's quota."],
        "ChooseRoute" => words["Finds the upstreams that have the model, and their order."],
        "MeterUsage" => words["Counts tokens and cost."],
        "CallUpstream" => words["Asks the upstream and passes its answer on."],
        _ => "",
    };
}
