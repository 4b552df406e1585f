using System.Diagnostics.CodeAnalysis;

namespace Sluice.Gateway.Upstreams.Connecting;

/// <summary>Reads the base URLs of upstreams. What gets through has one meaning for everyone who parses it; where it may lead is decided at connect time by <see cref="AddressRules"/>.</summary>
public static class UpstreamUrl
{
    /// <summary>Longest base URL, in characters.</summary>
    public const int LengthMax = 2048;

    /// <summary>
    /// Accepts an absolute http or https URL without user info, query, fragment, backslashes or whitespace, in ASCII.
    /// On success <paramref name="url"/> is normalised (lower-case host, no default port, no trailing slash after a path); on failure <paramref name="problem"/>
    /// says what is wrong in one sentence that fits after the setting's name.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem)
    {
        url = null;
        problem = Problem(text, out var parsed);
        if (problem is not null) return false;
        var path = parsed!.AbsolutePath.TrimEnd('/');
        url = new Uri(parsed.GetLeftPart(UriPartial.Authority) + path);
        return true;
    }

    private static string? Problem(string? text, out Uri? parsed)
    {
        parsed = null;
        if (string.IsNullOrEmpty(text)) return "is empty; expected a URL such as https://api.example.com/v1.";
        if (text.Length > LengthMax) return $"is longer than {LengthMax} characters.";
        foreach (var c in text)
        {
            if (c <= ' ' || c == 0x7f) return "contains whitespace or control characters.";
            if (c > 0x7f) return "contains characters outside ASCII; write an international host name as xn--….";
            if (c == '\\') return "contains a backslash.";
        }
        var scheme = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8
            : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : 0;
        if (scheme == 0) return "must begin with http:// or https://.";
        if (text.Contains('?', StringComparison.Ordinal)) return "must not have a query.";
        if (text.Contains('#', StringComparison.Ordinal)) return "must not have a fragment.";
        var slash = text.IndexOf('/', scheme);
        var authority = slash < 0 ? text.AsSpan(scheme) : text.AsSpan(scheme, slash - scheme);
        if (authority.IsEmpty) return "has no host.";
        if (authority.Contains('@')) return "must not have a user name or password; the credentials belong in the upstream's API key.";
        if (authority.Contains('%')) return "has percent signs in its host.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out parsed)) return "is not a valid URL.";
        if (parsed.Scheme is not ("http" or "https") || parsed.UserInfo.Length != 0 || parsed.Host.Length == 0) return "is not a valid http or https URL.";
        if (parsed.Port == 0) return "has port 0.";
        return null;
    }
}
