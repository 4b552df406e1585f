using System.Text.Json.Nodes;
using Sluice.Console.Door;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.FirstRun;

/// <summary>What came of trying an upstream out.</summary>
internal sealed record UpstreamTrial(bool Passed, IReadOnlyList<UpstreamTrial.Step> Steps)
{
    internal sealed record Step(string Name, string Verdict, double? Milliseconds, string? Detail, string? Remedy);

    /// <summary>
    /// Calls the provider as it is described, and keeps nothing. Neither a trial nor a problem where this server cannot try one out: then what is typed is kept as it is.
    /// </summary>
    public static async Task<(UpstreamTrial? Trial, ProblemBody? Problem)> RunAsync(Plane plane, string baseUrl, string? apiKey, bool allowPrivate)
    {
        var body = new JsonObject { ["kind"] = UpstreamKinds.OpenAI, ["baseUrl"] = baseUrl, ["allowPrivateAddress"] = allowPrivate };
        if (apiKey is not null) body["apiKey"] = apiKey;
        var reply = await plane.SendAsync(new ControlRequest("POST", "/upstreams/test", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(body)));
        if (reply.Problem is { Status: 404 }) return (null, null);
        if (reply.Problem is { } problem) return (null, problem);
        var answer = JsonNode.Parse(reply.Body.Span)!;
        return (new UpstreamTrial((bool?)answer["passed"] ?? false, [.. (answer["steps"] as JsonArray ?? []).OfType<JsonObject>().Select(static s => new Step(
            (string?)s["name"] ?? "", (string?)s["verdict"] ?? "", (double?)s["milliseconds"], (string?)s["detail"], (string?)s["remedy"]))]), null);
    }
}
