using System.Globalization;
using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records;

/// <summary>
/// Which day's table a record is in. The request id alone decides (its first ten characters are Unix milliseconds), so that a record
/// sent twice meets itself, and one looked up by id is looked for in one table.
/// </summary>
internal static class RecordDays
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Prefix = "req_";
    private const int TimeLength = 10;
    private static readonly long LastMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly int EpochDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Day number (UTC) of a record's table.</summary>
    public static int Of(RequestRecord record) =>
        TryOf(record.RequestId, out var day) ? day : OfMs(record.StartedAtMs);

    /// <summary>Day number (UTC) that a request id was made on; no for a text that is not a request id.</summary>
    public static bool TryOf(ReadOnlySpan<char> requestId, out int day)
    {
        day = 0;
        if (requestId.Length != RequestIds.Length || !requestId.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        long ms = 0;
        foreach (var c in requestId.Slice(Prefix.Length, TimeLength))
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) return false;
            ms = ms << 5 | (long)value;
        }
        if (ms > LastMs) return false;
        day = OfMs(ms);
        return true;
    }

    public static int OfMs(long ms) => EpochDay + (int)(Math.Clamp(ms, 0, LastMs) / 86_400_000);

    /// <summary>A text that sorts before every id made at this time or later, and after every earlier one.</summary>
    public static string Floor(long ms)
    {
        ms = Math.Clamp(ms, 0, LastMs);
        return string.Create(Prefix.Length + TimeLength, ms, static (text, ms) =>
        {
            Prefix.CopyTo(text);
            for (var i = text.Length - 1; i >= Prefix.Length; i--)
            {
                text[i] = Alphabet[(int)(ms & 31)];
                ms >>= 5;
            }
        });
    }

    public static string FloorOfDay(int day) => Floor(MsOf(day));

    /// <summary>Unix time in milliseconds when a day (UTC) begins.</summary>
    public static long MsOf(int day) => (day - EpochDay) * 86_400_000L;

    /// <summary>Such as <c>records_20261124</c>, on both providers.</summary>
    public static string Table(int day) => "records_" + DateOnly.FromDayNumber(day).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
