using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Leaks;

/// <summary>A well-formed key or token that stands in a text.</summary>
/// <param name="PublicId">The visible part, by which it is looked up.</param>
internal sealed record LeakedToken(PlainSecret Text, KeyPurpose Purpose, string PublicId)
{
    private const string Sign = "sk-slc_";

    /// <summary>Where it was found, as it was reported; not checked.</summary>
    public string? FoundAt { get; init; }

    /// <summary>Its visible beginning and its last four characters.</summary>
    public string Masked => $"{KeyPrefix.Of(Purpose)}{PublicId}…{Text.Reveal()[^4..]}";

    public static LeakedToken? Parse(ReadOnlySpan<char> text) =>
        KeyText.TryParse(text, out var purpose, out var publicId) ? new LeakedToken(new PlainSecret(text.ToString()), purpose, publicId.ToString()) : null;

    /// <summary>Each that is in the text, once, in the order of the text. What stands around it does not matter.</summary>
    /// <param name="countMax">One more than this is looked for and no further.</param>
    public static IReadOnlyList<LeakedToken> In(string text, int countMax)
    {
        var found = new List<LeakedToken>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = text.IndexOf(Sign, StringComparison.Ordinal); at >= 0 && found.Count <= countMax; at = text.IndexOf(Sign, at + 1, StringComparison.Ordinal))
        {
            if (!KeyPrefix.TryMatch(text.AsSpan(at), out var purpose, out _))
                continue;
            var length = KeyText.LengthOf(purpose);
            if (at + length <= text.Length && Parse(text.AsSpan(at, length)) is { } token && seen.Add(token.Text.Reveal()))
                found.Add(token);
        }

        return found;
    }
}
