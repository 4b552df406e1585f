namespace Sluice.Server.Storage.Records.Usage;

/// <summary>The tables of the roll-ups and what their statements have in common.</summary>
internal static class UsageTables
{
    /// <summary>Days that minutes are kept.</summary>
    public const int MinuteDays = 3;
    /// <summary>Latencies longer than this are written anew, each class once.</summary>
    public const int LatencyBytesMax = 2_048;

    public const string Minutes = "usage_minutes";
    public const string Hours = "usage_hours";
    /// <summary>All keys of a project together.</summary>
    public const string ProjectMinutes = "usage_project_minutes";
    /// <summary>All keys of a project together.</summary>
    public const string ProjectHours = "usage_project_hours";
    public const string ErrorMinutes = "usage_error_minutes";
    public const string ErrorHours = "usage_error_hours";

    public const string KeyColumns = "organisation_id, bucket_ms, project_id, key_id, model, upstream, currency";
    public const string ErrorKeyColumns = "organisation_id, bucket_ms, project_id, key_id, error_code";

    public static readonly string Columns = $"{KeyColumns}, {string.Join(", ", UsageSums.Columns)}, latencies, first_latencies";

    /// <param name="table">Whose row is there already.</param>
    /// <param name="joined">How the bytes of a column are put together with those that come.</param>
    public static string OnConflict(string table, Func<string, string> joined) =>
        $"on conflict ({KeyColumns}) do update set {string.Join(", ", UsageSums.Columns.Select(c => $"{c} = {table}.{c} + excluded.{c}"))}, latencies = {joined("latencies")}, first_latencies = {joined("first_latencies")}";

    /// <summary>The first instant whose minute is kept.</summary>
    public static long MinutesFromMs(TimeProvider time) => time.GetUtcNow().AddDays(-MinuteDays).ToUnixTimeMilliseconds();

    public static string OnErrorConflict(string table) => $"on conflict ({ErrorKeyColumns}) do update set calls = {table}.calls + excluded.calls";
}
