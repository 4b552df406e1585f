using System.Security.Claims;
using System.Text.Json;
using Sluice.Server.Configuration;

namespace Sluice.Server.SingleSignOn;

/// <summary>What a provider said of a person, once its token was checked.</summary>
/// <param name="Subject">Names the person, for this issuer only.</param>
/// <param name="Email">As claimed, or <see langword="null"/>.</param>
/// <param name="EmailVerified">Whether the provider says that the address is theirs.</param>
/// <param name="SecondFactor">Whether the provider says that more than one factor was used.</param>
/// <param name="Roles">Values of the configured claim.</param>
internal sealed record OidcIdentity(string Subject, string? Email, bool EmailVerified, string? Name, string? Locale, bool SecondFactor, IReadOnlyList<string> Roles)
{
    private const int RolesMax = 1000;
    private static readonly string[] ManyFactors = ["mfa", "otp", "hwk", "sms"];

    /// <returns><see langword="null"/> where the token names nobody.</returns>
    public static OidcIdentity? Of(ClaimsPrincipal principal, OidcProviderSettings provider)
    {
        if (principal.FindFirstValue("sub") is not { Length: > 0 and <= 255 } subject) return null;
        return new OidcIdentity(
            subject,
            principal.FindFirstValue("email"),
            string.Equals(principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase),
            principal.FindFirstValue("name"),
            principal.FindFirstValue("locale"),
            principal.FindAll("amr").Any(c => ManyFactors.Contains(c.Value, StringComparer.Ordinal)),
            provider.RolesClaim is { } claim ? RolesOf(principal, claim) : []);
    }

    /// <summary>The first part of a path such as <c>realm_access.roles</c>, which is the claim to ask for.</summary>
    public static string RootOf(string path) => path.Split('.')[0];

    private static List<string> RolesOf(ClaimsPrincipal principal, string path)
    {
        // A claim that has the dots in its name wins.
        var named = principal.FindAll(path).Select(c => c.Value).ToList();
        if (named.Count > 0) return [.. named.SelectMany(Flat).Distinct(StringComparer.Ordinal).Take(RolesMax)];
        var parts = path.Split('.');
        return parts.Length < 2 ? [] : [.. principal.FindAll(parts[0]).SelectMany(c => Inside(c.Value, parts.AsSpan(1))).Distinct(StringComparer.Ordinal).Take(RolesMax)];
    }

    /// <summary>A claim that is a list can come as one claim for each entry or as JSON.</summary>
    private static List<string> Flat(string value) => value.StartsWith('[') ? Inside(value, []) : [value];

    private static List<string> Inside(string json, ReadOnlySpan<string> path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var element = document.RootElement;
            foreach (var part in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element)) return [];
            }
            return element.ValueKind switch
            {
                JsonValueKind.Array => [.. element.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)],
                JsonValueKind.String => [element.GetString()!],
                _ => [],
            };
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
