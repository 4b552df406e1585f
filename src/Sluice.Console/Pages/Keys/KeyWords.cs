using Sluice.Console.Language;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Keys;

/// <summary>How keys are spoken of.</summary>
internal static class KeyWords
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>The API's status, or what people should know beyond it.</summary>
    public static string StatusOf(KeyAnswer key, DateTimeOffset now) => key switch
    {
        { Status: not KeyStatuses.Active } => key.Status,
        { Credentials: var secrets } when secrets.Count > 1 && secrets.Skip(1).Any(s => s.ExpiresAt > now) => "rotating",
        { ExpiresAt: { } at } when at - now < Soon => "expiring",
        _ => key.Status,
    };

    /// <summary>A limit by its name in the API.</summary>
    public static string Limit(Words words, string name) => name switch
    {
        "callsPerDay" => words["Calls a day"],
        "requestsPerMinute" => words["Requests a minute"],
        "tokensPerMinute" => words["Tokens a minute"],
        "concurrency" => words["Calls at once"],
        _ => name,
    };

    /// <summary><c>POST /v1/chat/completions</c> is <c>chat</c>.</summary>
    public static string ShortRoute(string route) => route switch
    {
        "POST /v1/chat/completions" or "GET /v1/chat/completions" => "chat",
        "POST /v1/completions" or "POST /beta/completions" => "completions",
        "POST /v1/embeddings" => "embeddings",
        "POST /v1/images/generations" => "images",
        "GET /v1/models" => "models",
        "GET /user/balance" => "balance",
        _ => route,
    };
}
