using System.Globalization;

namespace Sluice.Gateway.Sandbox;

/// <summary>
/// What the <c>x-sluice-sandbox</c> header asks for: faults and timing, directives separated by <c>;</c>, each at most once.
/// "After n" counts the events of a stream; a JSON answer has no events, so the fault comes in the middle of its body.
/// </summary>
internal sealed class SandboxDirectives
{
    public static readonly SandboxDirectives None = new();

    /// <summary>Longest value of the header, in characters.</summary>
    public const int LengthMax = 512;

    /// <summary>Longest answer that can be asked for, in tokens.</summary>
    public const int TokensMax = 65_536;

    private const string Allowed = "status=400..599, retry-after=0..3600 (with status), delay=<time>, first-token-delay=<time>, pace=0..100000 (events a second), " +
        "tokens=1..65536, cut-after=0..1000000, silent-after=0..1000000, malformed-after=0..1000000, error-after=0..1000000, no-usage, html, huge-event[=1024..67108864]; " +
        "<time> is 250 or 250ms or 2s, at most 600s";

    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(10);

    public int? Status { get; private set; }
    public int? RetryAfter { get; private set; }
    public TimeSpan Delay { get; private set; }
    public TimeSpan FirstTokenDelay { get; private set; }
    public double? Pace { get; private set; }
    public int? Tokens { get; private set; }
    public int? CutAfter { get; private set; }
    public int? SilentAfter { get; private set; }
    public int? MalformedAfter { get; private set; }
    public int? ErrorAfter { get; private set; }
    public bool NoUsage { get; private set; }
    public bool Html { get; private set; }
    /// <summary>Bytes of an event that is larger than any reader should accept; 0 for none.</summary>
    public int HugeEvent { get; private set; }

    /// <exception cref="SandboxProblem">A directive is unknown, repeated, or has a value that is not allowed.</exception>
    public static SandboxDirectives Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header)) return None;
        if (header.Length > LengthMax) throw Bad($"is longer than {LengthMax} characters.");
        var directives = new SandboxDirectives();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in header.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? part : part[..equals].TrimEnd()).ToLowerInvariant();
            if (!seen.Add(name)) throw Bad($"names the directive '{name}' twice.");
            directives.Set(name, equals < 0 ? null : part[(equals + 1)..].TrimStart());
        }

        if (directives.RetryAfter is not null && directives.Status is null) throw Bad("has 'retry-after' without 'status', such as 'status=429;retry-after=2'.");
        return directives;
    }

    private void Set(string name, string? value)
    {
        switch (name)
        {
            case "status": Status = Whole(name, value, 400, 599); break;
            case "retry-after": RetryAfter = Whole(name, value, 0, 3600); break;
            case "delay": Delay = Time(name, value); break;
            case "first-token-delay": FirstTokenDelay = Time(name, value); break;
            case "pace": Pace = Number(name, value, 0, 100_000); break;
            case "tokens": Tokens = Whole(name, value, 1, TokensMax); break;
            case "cut-after": CutAfter = Whole(name, value, 0, 1_000_000); break;
            case "silent-after": SilentAfter = Whole(name, value, 0, 1_000_000); break;
            case "malformed-after": MalformedAfter = Whole(name, value, 0, 1_000_000); break;
            case "error-after": ErrorAfter = Whole(name, value, 0, 1_000_000); break;
            case "no-usage": NoUsage = Flag(name, value); break;
            case "html": Html = Flag(name, value); break;
            case "huge-event": HugeEvent = value is null ? 8 << 20 : Whole(name, value, 1024, 64 << 20); break;
            default: throw Bad($"has the unknown directive '{Shown(name)}'.");
        }
    }

    private static bool Flag(string name, string? value) => value is null ? true : throw Bad($"gives '{name}' a value; it takes none.");

    private static int Whole(string name, string? value, int min, int max)
        => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Bad($"has '{name}={Shown(value)}'; it must be a whole number from {min} to {max}.");

    private static double Number(string name, string? value, double min, double max)
        => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Bad(string.Create(CultureInfo.InvariantCulture, $"has '{name}={Shown(value)}'; it must be a number from {min} to {max}."));

    private static TimeSpan Time(string name, string? value)
    {
        var text = value ?? "";
        var milliseconds = text.EndsWith("ms", StringComparison.Ordinal);
        var seconds = !milliseconds && text.EndsWith('s');
        var digits = milliseconds ? text[..^2] : seconds ? text[..^1] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * (seconds ? 1000 : 1) <= TimeMax.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(number * (seconds ? 1000 : 1))
            : throw Bad($"has '{name}={Shown(value)}'; it must be a time such as 1500, 1500ms or 2s, at most 600s.");
    }

    private static string Shown(string? value) => value is null ? "" : value.Length > 40 ? value[..40] + "…" : value;

    private static SandboxProblem Bad(string what)
        => new(400, "invalid_request_error", "invalid_sandbox_directive", "x-sluice-sandbox", $"The header x-sluice-sandbox {what} Allowed, separated by ';': {Allowed}.");
}
