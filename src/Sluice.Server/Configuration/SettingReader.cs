using System.Globalization;

namespace Sluice.Server.Configuration;

/// <summary>
/// Reads settings one by one, remembers which were asked for and collects what is wrong with them, so that the operator gets every
/// mistake at once, each named as it was written. Values that may be secret are never repeated.
/// </summary>
internal sealed class SettingReader(IConfigurationRoot configuration)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The value with white space trimmed; <see langword="null"/> where it is absent or empty.</summary>
    public string? Text(string path)
    {
        _known.Add(path);
        var value = configuration[path]?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public string Required(string path, string remedy)
    {
        if (Text(path) is { } value) return value;
        _problems.Add($"{path} is missing: {remedy}.");
        return "";
    }

    public long Integer(string path, long fallback, long min, long max)
    {
        if (Text(path) is not { } text) return fallback;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        Wrong(path, $"must be a whole number from {min} to {max}");
        return fallback;
    }

    public decimal? Decimal(string path, decimal max)
    {
        if (Text(path) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= max) return value;
        Wrong(path, string.Create(CultureInfo.InvariantCulture, $"must be a number from 0 to {max}, with a point for decimals"));
        return null;
    }

    public bool? Flag(string path)
    {
        if (Text(path) is not { } text) return null;
        if (bool.TryParse(text, out var value)) return value;
        Wrong(path, "must be true or false");
        return null;
    }

    public T Choice<T>(string path, T fallback) where T : struct, Enum
    {
        if (Text(path) is not { } text) return fallback;
        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0]) && Enum.IsDefined(value)) return value;
        Wrong(path, $"must be one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}");
        return fallback;
    }

    /// <summary>Seconds (<c>2.5</c>) or <c>hh:mm:ss</c>.</summary>
    public TimeSpan Duration(string path, TimeSpan fallback, TimeSpan min, TimeSpan max)
    {
        if (Text(path) is not { } text) return fallback;
        TimeSpan? value = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= max.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
        if (value >= min && value <= max) return value.Value;
        Wrong(path, string.Create(CultureInfo.InvariantCulture, $"must be a time in seconds, or as hh:mm:ss, from {min.TotalSeconds} to {max.TotalSeconds} seconds"));
        return fallback;
    }

    /// <summary>An absolute http or https URL without user, query and fragment, or <see langword="null"/> where absent or wrong.</summary>
    public Uri? Url(string path)
    {
        if (Text(path) is not { } text) return null;
        // What is in front of an @ may be a password.
        if (text.Contains('@'))
        {
            _problems.Add($"{Named(path)} must not carry a user or password: credentials belong into ApiKey.");
            return null;
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != "http" && url.Scheme != "https") || url.IdnHost.Length == 0)
        {
            Wrong(path, "must be an absolute http or https URL");
            return null;
        }
        if (text.AsSpan().ContainsAny("?#\\ "))
        {
            Wrong(path, "must be a URL without query, fragment, backslash and space");
            return null;
        }
        return url;
    }

    /// <summary>Either one comma-separated value or an array; empty entries are dropped.</summary>
    public IReadOnlyList<(string Path, string Value)> List(string path)
    {
        var list = new List<(string, string)>();
        if (Text(path) is { } text)
        {
            foreach (var value in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) list.Add((path, value));
        }
        foreach (var item in Items(path))
        {
            if (Text(item) is { } value) list.Add((item, value));
        }
        return list;
    }

    /// <summary>The paths of an array's elements, in their order. Anything but a number is left over and refused as unknown.</summary>
    public IEnumerable<string> Items(string path)
    {
        _known.Add(path);
        return configuration.GetSection(path).GetChildren()
            .Where(c => int.TryParse(c.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .OrderBy(c => int.Parse(c.Key, CultureInfo.InvariantCulture))
            .Select(c => c.Path);
    }

    /// <summary>The named values directly below a path, in the order of their names; empty ones are dropped.</summary>
    public IEnumerable<(string Name, string Value)> Entries(string path)
    {
        foreach (var child in configuration.GetSection(path).GetChildren())
        {
            if (Text(child.Path) is { } value) yield return (child.Key, value);
        }
    }

    public void Problem(string path, string problem) => _problems.Add($"{Named(path)} {problem}.");

    /// <summary>For a value that is no secret.</summary>
    public void Wrong(string path, string rule) => Problem(path, $"is '{Shown(configuration[path])}': {rule}");

    public void Wrong(string path, string value, string rule) => Problem(path, $"is '{Shown(value)}': {rule}");

    /// <summary>Every value under <paramref name="root"/> that nothing asked for is a mistake: a setting that is silently ignored is worse than none.</summary>
    public void RefuseUnknown(string root)
    {
        foreach (var (path, value) in configuration.GetSection(root).AsEnumerable())
        {
            if (value is null || _known.Contains(path)) continue;
            var nearest = _known.Where(k => k.Length > root.Length && Depth(k) == Depth(path)).MinBy(k => Distance(k, path));
            var hint = nearest is not null && (Distance(nearest, path) <= 1 + nearest.Length / 5 || nearest.StartsWith(path, StringComparison.OrdinalIgnoreCase)) ? $"; did you mean {nearest}?" : ".";
            _problems.Add($"{Named(path)} is not a setting of Sluice{hint}");
        }
    }

    /// <summary>The setting's name, with the environment variable's where that is how it was written.</summary>
    private string Named(string path)
    {
        foreach (var provider in configuration.Providers.Reverse())
        {
            if (provider.TryGet(path, out _)) return provider is WrittenAsVariables from ? $"{path} ({from.Place} {from.VariableOf(path)})" : path;
        }
        return path;
    }

    private static string Shown(string? value)
    {
        var text = value ?? "";
        if (text.Length > 80) text = text[..80] + "…";
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }

    private static int Depth(string path) => path.Count(c => c == ':');

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
