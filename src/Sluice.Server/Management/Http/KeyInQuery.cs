using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Http;

/// <summary>
/// Whether a key or token stands in the query string, where logs and proxies keep it. What lists show of a key, its beginning without a
/// character of the secret, may be searched for.
/// </summary>
internal static class KeyInQuery
{
    private const string Sign = "sk-slc_";
    private const string SearchParameter = "search";

    public static bool Holds(HttpRequest request)
    {
        if (!request.QueryString.HasValue)
            return false;
        if (!request.QueryString.Value.Contains(Sign, StringComparison.OrdinalIgnoreCase) && !request.Query.Any(static q => Signed(q.Value.ToString())))
            return false;
        return request.Query.Any(static q => Signed(q.Key) || (Signed(q.Value.ToString()) && !(q.Key is SearchParameter && q.Value.Count == 1 && IsVisible(q.Value[0]!))));
    }

    private static bool Signed(string text) => text.Contains(Sign, StringComparison.OrdinalIgnoreCase);

    private static bool IsVisible(string text) =>
        KeyPrefix.TryMatch(text, out var purpose, out var length) && purpose is KeyPurpose.Test or KeyPurpose.Live && text.AsSpan(length).TrimEnd('…').Length <= KeyText.PublicIdLength;
}
