using System.Text;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// Texts as both databases take them. Some members are a caller's own words; PostgreSQL refuses NUL and broken surrogates,
/// and one refused record would hold up every one behind it.
/// </summary>
internal static class StoredText
{
    /// <summary>The text itself where it can be kept as it is; what cannot be kept becomes U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().Contains('\0') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? "\ufffd" : rune.ToString());
        return clean.ToString();
    }
}
