using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Ui;

/// <summary>How the steps of diagnoses and tests are called and drawn.</summary>
public static class LookSteps
{
    private static readonly IReadOnlyList<string> Names = ["resolve", "connect", "tls", "key", "network", "signature", "permission", "limits", "route", "upstream", "firstToken", "authenticate", "completion"];

    /// <summary>By name, as JSON: for scripts.</summary>
    public static string Titles(Words words) => new JsonObject([.. Names.Select(name => KeyValuePair.Create(name, (JsonNode?)Title(words, name)))]).ToJsonString();

    public static string Title(Words words, string name) => name switch
    {
        "resolve" => words["Name resolution"],
        "connect" => words["TCP connection"],
        "tls" => words["TLS"],
        "key" => words["Key"],
        "network" => words["Network"],
        "signature" => words["Signature"],
        "permission" => words["Permission"],
        "limits" => words["Limits"],
        "route" => words["Route"],
        "upstream" => words["Upstream"],
        "firstToken" => words["First token"],
        "authenticate" => words["Credential"],
        "completion" => words["A token of an answer"],
        _ => name,
    };

    public static string Icon(string verdict) => verdict switch { StepVerdicts.Pass => "circle-check", StepVerdicts.Fail => "circle-alert", _ => "circle-dot" };

    public static string Tone(string verdict) => verdict switch { StepVerdicts.Pass => "ok", StepVerdicts.Fail => "bad", _ => "" };

    public static string Verdict(Words words, string verdict) => verdict switch { StepVerdicts.Pass => words["Passed"], StepVerdicts.Fail => words["Failed"], _ => words["Not reached"] };

    /// <summary>To be pasted into a ticket.</summary>
    public static string Report(DiagnosisAnswer answer)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{answer.Route} {answer.Model} {answer.KeyId} {answer.Address} -> {(answer.Passed ? "pass" : "fail at " + answer.Cause)}");
        foreach (var step in answer.Steps)
            text.AppendLine(CultureInfo.InvariantCulture, $"{step.Verdict,-10} {step.Name,-12} {step.Milliseconds,8} ms  {step.Detail} {step.Remedy}");
        return text.ToString();
    }
}
