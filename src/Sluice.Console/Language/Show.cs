using System.Globalization;
using Sluice.Contracts.Management;

namespace Sluice.Console.Language;

/// <summary>How numbers, money and times are written: in the reader's language and the organisation's time zone.</summary>
public sealed class Show(Words words, TimeZoneInfo zone, TimeProvider time)
{
    /// <summary>Stands for what is not there; never a zero.</summary>
    public const string Nothing = "–";
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public TimeZoneInfo Zone { get; } = zone;

    public DateTimeOffset Now => time.GetUtcNow();

    public string Count(long? number) => number is { } n ? n.ToString("N0", Culture) : Nothing;

    /// <summary>For large figures: <c>240.6 M</c>.</summary>
    public string Figure(long? number) => number switch
    {
        null => Nothing,
        { } n when Math.Abs(n) >= 1_000_000_000 => (n / 1e9).ToString("0.#", Culture) + " B",
        { } n when Math.Abs(n) >= 1_000_000 => (n / 1e6).ToString("0.#", Culture) + " M",
        { } n when Math.Abs(n) >= 100_000 => (n / 1e3).ToString("0.#", Culture) + " K",
        { } n => n.ToString("N0", Culture),
    };

    public string Percent(double? share) => share is { } s ? (s * 100).ToString(s is > 0.995 and < 1 or < 0.005 and > 0 ? "0.00" : "0.#", Culture) + " %" : Nothing;

    /// <summary>Small sums to four places, never in powers of ten.</summary>
    public string Money(long? nano, string? currency)
    {
        if (nano is not { } n || currency is null) return Nothing;
        var amount = n / 1_000_000_000m;
        var text = Math.Abs(amount) is 0 or >= 1 ? amount.ToString("N2", Culture) : Math.Abs(amount) < 0.0001m ? "< 0.0001" : amount.ToString("0.0000", Culture);
        return Symbol(currency) is { } symbol ? (text.StartsWith('<') ? "< " + symbol + text[2..] : symbol + text) : $"{text} {currency}";
    }

    public string Money(CostAnswer? cost) => cost is null ? Nothing : Money(cost.Nano, cost.Currency);

    /// <summary><c>609 ms</c>, <c>2.36 s</c>, <c>0.4 ms</c>.</summary>
    public string Took(long? microseconds) => microseconds switch
    {
        null => Nothing,
        { } us when us < 1_000 => (us / 1000d).ToString("0.##", Culture) + " ms",
        { } us when us < 10_000 => (us / 1000d).ToString("0.#", Culture) + " ms",
        { } us when us < 1_000_000 => (us / 1000d).ToString("0", Culture) + " ms",
        { } us when us < 60_000_000 => (us / 1e6).ToString("0.00", Culture) + " s",
        { } us => $"{us / 60_000_000} min {us / 1_000_000 % 60} s",
    };

    /// <summary>Date and time to the minute, in the organisation's zone.</summary>
    public string Time(DateTimeOffset? instant) => Format(instant, words.IsChinese ? "yyyy'年'M'月'd'日' HH:mm" : "d MMM yyyy HH:mm");

    public string Date(DateTimeOffset? instant) => Format(instant, words.IsChinese ? "yyyy'年'M'月'd'日'" : "d MMM yyyy");

    public string Date(DateOnly? day) => day is { } d ? d.ToString(words.IsChinese ? "yyyy'年'M'月'd'日'" : "d MMM yyyy", Culture) : Nothing;

    /// <summary>For logs: to the millisecond.</summary>
    public string Exact(DateTimeOffset? instant) => Format(instant, "yyyy-MM-dd HH:mm:ss.fff");

    public string Clock(DateTimeOffset? instant) => Format(instant, "HH:mm:ss.fff");

    /// <summary>The same instant in full, with its zone and in UTC: for titles.</summary>
    public string Full(DateTimeOffset? instant) => instant is { } at
        ? string.Create(Culture, $"{Local(at):yyyy-MM-dd HH:mm:ss} {Zone.Id} · {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")
        : "";

    /// <summary>Relative to now: <c>3 min ago</c>, <c>in 2 d</c>.</summary>
    public string Ago(DateTimeOffset? instant)
    {
        if (instant is not { } at) return Nothing;
        var span = Now - at;
        var length = span.Duration();
        if (length < TimeSpan.FromSeconds(45)) return words["just now"];
        var amount = length switch
        {
            { TotalMinutes: < 59.5 } => words["{0} min", Math.Max(1, (int)Math.Round(length.TotalMinutes))],
            { TotalHours: < 23.5 } => words["{0} h", (int)Math.Round(length.TotalHours)],
            { TotalDays: < 60 } => words["{0} d", (int)Math.Round(length.TotalDays)],
            _ => words["{0} months", (int)Math.Round(length.TotalDays / 30.4)],
        };
        return span > TimeSpan.Zero ? words["{0} ago", amount.Value] : words["in {0}", amount.Value];
    }

    public string Bytes(long bytes) => bytes < 1024 ? $"{bytes} B" : bytes < 1024 * 1024 ? (bytes / 1024d).ToString("0.#", Culture) + " KB" : (bytes / 1048576d).ToString("0.#", Culture) + " MB";

    /// <summary>For <c>&lt;input type="datetime-local"&gt;</c>, in the organisation's zone.</summary>
    public string Input(DateTimeOffset instant) => Local(instant).ToString("yyyy-MM-dd'T'HH:mm", Culture);

    /// <summary>What such an input sent back; <see langword="null"/> if it is empty or no time.</summary>
    public DateTimeOffset? FromInput(string? text)
    {
        if (!DateTime.TryParse(text, Culture, DateTimeStyles.None, out var local)) return null;
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        // A time that the clock jumps over is taken an hour later, as clocks do.
        if (Zone.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local));
    }

    /// <summary>When the day ends that is so many days from today.</summary>
    public DateTimeOffset EndOfDay(int days) => FromInput(Local(Now).Date.AddDays(days + 1).ToString("yyyy-MM-dd'T'HH:mm", Culture))!.Value;

    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone);

    private string Format(DateTimeOffset? instant, string pattern) => instant is { } at ? Local(at).ToString(pattern, Culture) : Nothing;

    private static string? Symbol(string currency) => currency switch { "USD" => "$", "CNY" => "¥", "EUR" => "€", "GBP" => "£", _ => null };
}
