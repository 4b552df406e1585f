using System.Globalization;
using Sluice.Contracts.Management;

namespace Sluice.Console.Pages.Organisation;

/// <summary>The limits that can be applied for.</summary>
internal static class QuotaWords
{
    public static readonly IReadOnlyList<string> Limits = ["callsPerDay", "requestsPerMinute", "tokensPerMinute", "concurrency"];

    public static long? Of(KeyLimitsAnswer limits, string limit) => limit switch
    {
        "callsPerDay" => limits.CallsPerDay,
        "requestsPerMinute" => limits.RequestsPerMinute,
        "tokensPerMinute" => limits.TokensPerMinute,
        _ => limits.Concurrency,
    };

    /// <summary>As bodies take it.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
