using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Sluice.Contracts.Errors;

namespace Sluice.Server.Management.Intake;

/// <summary>
/// Reads a body that must be one JSON object: valid UTF-8, no member named twice, at most <see cref="DepthMax"/> levels and
/// <see cref="ElementsMax"/> elements. Anything else is refused with the place it was found at.
/// </summary>
internal static class StrictJson
{
    public const int DepthMax = 64;
    public const int ElementsMax = 20_000;

    public static Refusal? Read(ReadOnlyMemory<byte> body, out JsonDocument? document)
    {
        document = null;
        if (body.IsEmpty)
            return new Refusal(ErrorCodes.InvalidJson, "The body is empty; send a JSON object.");
        if (!Utf8.IsValid(body.Span))
            return new Refusal(ErrorCodes.InvalidJson, "The body is not valid UTF-8.");
        try
        {
            if (Scan(body.Span) is { } refusal)
                return refusal;
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
            return null;
        }
        catch (JsonException e)
        {
            return new Refusal(ErrorCodes.InvalidJson, string.Create(CultureInfo.InvariantCulture,
                $"Reading stopped at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}."));
        }
    }

    private static Refusal? Scan(ReadOnlySpan<byte> body)
    {
        // The reader's own limit is above ours, so that too deep a body is told from a broken one. Nothing here recurses.
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax + 8 });
        var names = new Stack<(HashSet<string>? Seen, string Path)>();
        var member = "";
        var elements = 0;
        while (reader.Read())
        {
            if (++elements > ElementsMax)
                return new Refusal(ErrorCodes.JsonTooComplex, $"At most {ElementsMax} are read here.");
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (names.Count >= DepthMax)
                        return new Refusal(ErrorCodes.JsonTooDeep, Found(names, member));
                    if (names.Count == 0 && reader.TokenType is JsonTokenType.StartArray)
                        return new Refusal(ErrorCodes.InvalidType, "The body is a JSON array; send a JSON object.");
                    names.Push((reader.TokenType is JsonTokenType.StartObject ? new(StringComparer.Ordinal) : null, Join(names, member)));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    names.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    if (TextOf(ref reader) is not { } name)
                        return new Refusal(ErrorCodes.InvalidJson, "A member name holds half of a surrogate pair.");
                    if (!names.Peek().Seen!.Add(name))
                    {
                        var path = Join(names, Shown(name));
                        return new Refusal(ErrorCodes.DuplicateMember, $"It is '{path}'.",
                            [new(path, ErrorCodes.DuplicateMember, "This member is named twice.")]);
                    }

                    member = Shown(name);
                    break;
                case JsonTokenType.String when TextOf(ref reader) is null:
                    return new Refusal(ErrorCodes.InvalidJson, $"'{Join(names, member)}' holds half of a surrogate pair.");
                default:
                    if (names.Count == 0)
                        return new Refusal(ErrorCodes.InvalidType, "The body is a single JSON value; send a JSON object.");
                    break;
            }
        }

        return null;
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Found(Stack<(HashSet<string>? Seen, string Path)> names, string member) =>
        $"It goes too deep inside '{Join(names, member).Split('.', 2)[0]}'.";

    private static string Join(Stack<(HashSet<string>? Seen, string Path)> names, string member)
    {
        if (!names.TryPeek(out var top) || top.Path.Length == 0)
            return member;
        // A path is shown to people: what is deeper than this is named by its beginning.
        return top.Seen is null || top.Path.Length > 200 ? top.Path : $"{top.Path}.{member}";
    }

    /// <summary>A member name made fit for an error text: printable, of bounded length.</summary>
    public static string Shown(string name)
    {
        var shown = new StringBuilder(Math.Min(name.Length, 64));
        foreach (var rune in name.EnumerateRunes())
        {
            if (shown.Length >= 64)
                return shown.Append('…').ToString();
            var category = Rune.GetUnicodeCategory(rune);
            var printable = category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator);
            shown.Append(printable ? rune.ToString() : "\uFFFD");
        }

        return shown.ToString();
    }
}
