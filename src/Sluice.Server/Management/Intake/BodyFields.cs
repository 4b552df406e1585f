using System.Globalization;
using System.Text.Json;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;

namespace Sluice.Server.Management.Intake;

/// <summary>
/// The members of one JSON object, asked for by name and checked as they are taken. Members nobody asked for are refused by
/// <see cref="RefuseOthers"/>, so a body can never set what its operation does not read. "Absent" and <c>null</c> are told apart.
/// </summary>
internal sealed class BodyFields
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}"u8);

    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly List<FieldRefusal> _refusals;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<BodyFields> _inner = [];

    public BodyFields(JsonElement body)
        : this(body, "", [])
    {
    }

    private BodyFields(JsonElement body, string prefix, List<FieldRefusal> refusals) => (_object, _prefix, _refusals) = (body, prefix, refusals);

    /// <summary>An object without members: for operations that read no body or may go without.</summary>
    public static BodyFields Empty() => new(EmptyObject);

    public IReadOnlyList<FieldRefusal> Refusals => _refusals;

    /// <summary>Whether the member is there, be it <c>null</c>.</summary>
    public bool Has(string name) => Find(name, out _);

    /// <summary>Whether the member is there and is <c>null</c>.</summary>
    public bool IsNull(string name) => Find(name, out var value) && value.ValueKind is JsonValueKind.Null;

    public void Refuse(string name, ErrorCode code, string message)
    {
        if (_refusals.Count < 50)
            _refusals.Add(new FieldRefusal(_prefix + name, code, message));
    }

    /// <summary>Refuses <c>null</c> for members that may be left out but not emptied.</summary>
    public void RefuseNull(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (IsNull(name))
                Refuse(name, ErrorCodes.InvalidType, $"'{_prefix}{name}' must not be null; leave it out to keep what it is.");
        }
    }

    /// <summary>The text of a member, or <see langword="null"/> if it is absent, <c>null</c> or refused.</summary>
    public string? Text(string name, int charsMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Wrong<string>(name, "text", value);
        var text = value.GetString()!;
        return Fits(name, text, charsMax) ? text : null;
    }

    /// <summary>A text of several lines.</summary>
    public string? Lines(string name, int charsMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Wrong<string>(name, "text", value);
        var text = value.GetString()!;
        return Fits(name, text, charsMax, lines: true) ? text : null;
    }

    /// <summary>A secret such as a password: any characters at all, bounded in length. Never repeated in a refusal.</summary>
    public PlainSecret? Secret(string name, int charsMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Wrong<PlainSecret>(name, "text", value);
        var text = value.GetString()!;
        if (text.Length > 0 && text.Length <= charsMax)
            return new PlainSecret(text);
        Refuse(name, ErrorCodes.InvalidValue, string.Create(CultureInfo.InvariantCulture, $"'{_prefix}{name}' must have 1 to {charsMax} characters."));
        return null;
    }

    /// <summary>Bytes in base64, or <see langword="null"/> if they are absent, <c>null</c> or refused.</summary>
    public byte[]? Bytes(string name, int bytesMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Wrong<byte[]>(name, "text", value);
        if (!value.TryGetBytesFromBase64(out var bytes))
            Refuse(name, ErrorCodes.InvalidValue, $"'{_prefix}{name}' must be base64, with its padding and without line breaks.");
        else if (bytes.Length > bytesMax)
            Refuse(name, ErrorCodes.InvalidValue, string.Create(CultureInfo.InvariantCulture, $"'{_prefix}{name}' holds {bytes.Length} bytes; at most {bytesMax} are taken."));
        else
            return bytes;
        return null;
    }

    /// <summary>A list of objects, or <see langword="null"/> if it is absent, <c>null</c> or refused.</summary>
    public IReadOnlyList<BodyFields>? Objects(string name, int countMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Array)
            return Wrong<IReadOnlyList<BodyFields>>(name, "a list", value);
        if (value.GetArrayLength() > countMax)
        {
            Refuse(name, ErrorCodes.InvalidValue, string.Create(CultureInfo.InvariantCulture, $"'{_prefix}{name}' may have at most {countMax} entries."));
            return null;
        }

        var entries = new List<BodyFields>();
        foreach (var entry in value.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{name}[{entries.Count}]");
            if (entry.ValueKind is not JsonValueKind.Object)
                return Wrong<IReadOnlyList<BodyFields>>(place, "an object", entry);
            var inner = new BodyFields(entry, $"{_prefix}{place}.", _refusals);
            _inner.Add(inner);
            entries.Add(inner);
        }

        return entries;
    }

    /// <summary>A text out of a fixed set.</summary>
    public string? OneOf(string name, IReadOnlyList<string> allowed, bool required = false)
    {
        var text = Text(name, 100, required);
        if (text is null || allowed.Contains(text))
            return text;
        Refuse(name, ErrorCodes.InvalidValue, $"'{_prefix}{name}' must be one of: {string.Join(", ", allowed)}.");
        return null;
    }

    public long? Whole(string name, long min, long max)
    {
        if (!Value(name, required: false, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Number)
            return Wrong<long?>(name, "a whole number", value);
        if (value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        Refuse(name, ErrorCodes.InvalidValue, string.Create(CultureInfo.InvariantCulture, $"'{_prefix}{name}' must be a whole number from {min} to {max}."));
        return null;
    }

    public bool? Flag(string name)
    {
        if (!Value(name, required: false, out var value))
            return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong<bool?>(name, "true or false", value);
    }

    /// <summary>An RFC 3339 instant. A time without an offset is refused: nobody can know which one was meant.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (!Value(name, required: false, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Wrong<DateTimeOffset?>(name, "an RFC 3339 date and time, such as 2030-01-31T12:00:00Z,", value);
        var text = value.GetString()!;
        if (InstantText.TryParse(text, out var instant))
            return instant;
        Refuse(name, ErrorCodes.InvalidValue, $"'{_prefix}{name}' must be an RFC 3339 date and time with its offset, such as 2030-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>A list of texts, each checked by <paramref name="check"/>, which refuses with a message or gives the text to keep. Doubles are dropped.</summary>
    public IReadOnlyList<string>? Texts(string name, int countMax, int charsMax, Func<string, (string? Kept, string? Wrong)> check)
    {
        if (!Value(name, required: false, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Array)
            return Wrong<IReadOnlyList<string>>(name, "a list", value);
        if (value.GetArrayLength() > countMax)
        {
            Refuse(name, ErrorCodes.InvalidValue, $"'{_prefix}{name}' may have at most {countMax} entries.");
            return null;
        }

        var kept = new List<string>();
        var at = 0;
        foreach (var entry in value.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{name}[{at++}]");
            if (entry.ValueKind is not JsonValueKind.String)
            {
                Wrong<string>(place, "text", entry);
                continue;
            }

            var text = entry.GetString()!;
            if (!Fits(place, text, charsMax))
                continue;
            var (keep, wrong) = check(text);
            if (wrong is not null)
                Refuse(place, ErrorCodes.InvalidValue, wrong);
            else if (!kept.Contains(keep!))
                kept.Add(keep!);
        }

        return kept;
    }

    /// <summary>A nested object, or <see langword="null"/> if it is absent, <c>null</c> or refused.</summary>
    public BodyFields? Object(string name)
    {
        if (!Value(name, required: false, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Object)
            return Wrong<BodyFields>(name, "an object", value);
        var inner = new BodyFields(value, $"{_prefix}{name}.", _refusals);
        _inner.Add(inner);
        return inner;
    }

    /// <summary>The text of a nested object that somebody else reads, taken whole; <see langword="null"/> if it is absent, <c>null</c> or refused.</summary>
    public string? RawObject(string name, int charsMax, bool required = false)
    {
        if (!Value(name, required, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.Object)
            return Wrong<string>(name, "an object", value);
        var text = value.GetRawText();
        if (text.Length <= charsMax)
            return text;
        Refuse(name, ErrorCodes.InvalidValue, string.Create(CultureInfo.InvariantCulture, $"'{_prefix}{name}' must have at most {charsMax} characters."));
        return null;
    }

    /// <summary>Refuses every member that was not asked for, here and in the objects inside.</summary>
    public void RefuseOthers()
    {
        foreach (var member in _object.EnumerateObject())
        {
            if (!_asked.Contains(member.Name))
                Refuse(StrictJson.Shown(member.Name), ErrorCodes.UnsupportedParameter, _asked.Count == 0
                    ? $"There is no member '{_prefix}{StrictJson.Shown(member.Name)}' here; this operation takes none."
                    : $"There is no member '{_prefix}{StrictJson.Shown(member.Name)}' here. Known are: {string.Join(", ", _asked)}.");
        }

        foreach (var inner in _inner)
            inner.RefuseOthers();
    }

    private bool Find(string name, out JsonElement value)
    {
        _asked.Add(name);
        return _object.TryGetProperty(name, out value);
    }

    private bool Value(string name, bool required, out JsonElement value)
    {
        if (Find(name, out value) && value.ValueKind is not JsonValueKind.Null)
            return true;
        if (required)
            Refuse(name, ErrorCodes.MissingParameter, $"'{_prefix}{name}' is required.");
        return false;
    }

    private T? Wrong<T>(string name, string wanted, JsonElement value)
    {
        var got = value.ValueKind switch
        {
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            JsonValueKind.Array => "a list",
            JsonValueKind.Object => "an object",
            _ => "null",
        };
        Refuse(name, ErrorCodes.InvalidType, $"'{_prefix}{name}' must be {wanted.TrimEnd(',')}, not {got}.");
        return default;
    }

    private bool Fits(string name, string text, int charsMax, bool lines = false)
    {
        var wrong = PlainText.Wrong(text, charsMax, lines);
        if (wrong is not null)
            Refuse(name, ErrorCodes.InvalidValue, $"'{_prefix}{name}' {wrong}");
        return wrong is null;
    }
}
