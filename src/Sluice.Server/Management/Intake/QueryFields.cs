using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Contracts.Errors;

namespace Sluice.Server.Management.Intake;

/// <summary>The query parameters of a call, asked for by name. Unknown and repeated ones are refused, so that a mistyped filter does not list everything.</summary>
internal sealed class QueryFields(IQueryCollection query)
{
    private readonly List<FieldRefusal> _refusals = [];
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public IReadOnlyList<FieldRefusal> Refusals => _refusals;

    public void Refuse(string name, string message) => _refusals.Add(new FieldRefusal(name, ErrorCodes.InvalidValue, message));

    /// <summary>The parameter, or <see langword="null"/> if it is absent or refused.</summary>
    public string? Text(string name, int charsMax)
    {
        _asked.Add(name);
        // The collection is blind to case; a parameter named otherwise is left for RefuseOthers.
        if (!query.TryGetValue(name, out var values) || !query.Keys.Contains(name, StringComparer.Ordinal) || StringValues.IsNullOrEmpty(values))
            return null;
        if (values.Count > 1)
        {
            Refuse(name, $"'{name}' may be given once only.");
            return null;
        }

        if (PlainText.Wrong(values[0]!, charsMax) is { } wrong)
        {
            Refuse(name, $"'{name}' {wrong}");
            return null;
        }

        return values[0];
    }

    /// <summary>Several values with commas between them; each once.</summary>
    public IReadOnlyList<string>? Texts(string name, int charsMax, int countMax = 20)
    {
        if (Text(name, (charsMax + 1) * countMax) is not { } text)
            return null;
        IReadOnlyList<string> values = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        if (values.Count > 0 && values.Count <= countMax && values.All(v => v.Length <= charsMax))
            return values;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"'{name}' must be 1 to {countMax} values with commas between them, each of at most {charsMax} characters."));
        return null;
    }

    public string? OneOf(string name, params IReadOnlyList<string> allowed)
    {
        var text = Text(name, 100);
        if (text is null || allowed.Contains(text))
            return text;
        Refuse(name, $"'{name}' must be one of: {string.Join(", ", allowed)}.");
        return null;
    }

    public int? Whole(string name, int min, int max)
    {
        if (Text(name, 20) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a whole number from {min} to {max}."));
        return null;
    }

    /// <summary>An RFC 3339 instant with its offset.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name, 40) is not { } text)
            return null;
        if (InstantText.TryParse(text, out var instant))
            return instant;
        Refuse(name, $"'{name}' must be an RFC 3339 date and time with its offset, such as 2030-01-31T12:00:00Z ('+' is written %2B in a query).");
        return null;
    }

    public void RefuseOthers()
    {
        foreach (var name in query.Keys)
        {
            if (_asked.Contains(name) || _refusals.Count >= 50)
                continue;
            var known = _asked.Count == 0 ? "None are taken here." : $"Known are: {string.Join(", ", _asked)}.";
            _refusals.Add(new FieldRefusal(StrictJson.Shown(name), ErrorCodes.UnsupportedParameter, $"There is no query parameter '{StrictJson.Shown(name)}'. {known}"));
        }
    }
}
