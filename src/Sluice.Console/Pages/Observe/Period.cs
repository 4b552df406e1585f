using System.Globalization;
using Sluice.Console.Language;

namespace Sluice.Console.Pages.Observe;

/// <summary>A span of time as an address names it: <c>range=7d</c>, or <c>range=own</c> with <c>from</c> and <c>to</c>.</summary>
/// <param name="Name">The choice.</param>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends; <see langword="null"/> for now.</param>
public sealed record Period(string Name, DateTimeOffset From, DateTimeOffset? To)
{
    public const string Own = "own";

    /// <summary>What was asked for was no span, or lies in the future: another is shown.</summary>
    public bool Corrected { get; private init; }

    public static Period Of(Func<string, string> query, Show show, string preset)
    {
        var name = query("range");
        if (name == Own || (name.Length == 0 && (query("from").Length > 0 || query("to").Length > 0))) return OwnSpan(query, show);
        return Named(name, show) ?? Named(preset, show)! with { Corrected = name.Length > 0 };
    }

    /// <summary>RFC 3339, as the API takes it.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public string FromText => Text(From);

    public string? ToText => To is { } to ? Text(to) : null;

    private static Period? Named(string name, Show show)
    {
        var now = show.Now;
        return name switch
        {
            "1h" => new Period(name, now.AddHours(-1), null),
            "24h" => new Period(name, now.AddHours(-24), null),
            "7d" => new Period(name, now.AddDays(-7), null),
            "30d" => new Period(name, now.AddDays(-30), null),
            "month" => new Period(name, Month(show, 0), null),
            "last-month" => new Period(name, Month(show, -1), Month(show, 0)),
            _ => null,
        };
    }

    private static Period OwnSpan(Func<string, string> query, Show show)
    {
        var from = Instant(query("from"), show);
        var to = Instant(query("to"), show);
        if (to > show.Now) to = null;
        var begin = from ?? (to ?? show.Now).AddHours(-24);
        return begin < (to ?? show.Now) ? new Period(Own, begin, to) { Corrected = from is null && query("from").Length > 0 } : new Period(Own, (to ?? show.Now).AddHours(-24), to) { Corrected = true };
    }

    private static DateTimeOffset Month(Show show, int months)
    {
        var first = show.Local(show.Now).Date;
        return show.FromInput(first.AddDays(1 - first.Day).AddMonths(months).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture))!.Value;
    }

    // Links name instants; what a person types is in the organisation's zone.
    private static DateTimeOffset? Instant(string text, Show show) =>
        text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : show.FromInput(text);
}
