using System.Data.Common;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;

namespace Sluice.Server.Storage.Records;

/// <summary>The columns of a record in the order that everything here reads and writes them.</summary>
internal static class RecordColumns
{
    public const int Count = 28;

    public const string List = """
        request_id, started_at_ms, state, organisation_id, project_id, key_id, day, client_ip, endpoint, stream, model_asked, model_used,
        upstream_id, upstream_name, status, error_code, stopped_by, stage_times, first_byte_us, total_us, token_source, prompt_tokens,
        cached_tokens, completion_tokens, reasoning_tokens, cost_nano, currency, finish_reason
        """;

    public const string IntentList = """
        request_id, started_at_ms, organisation_id, project_id, key_id, day, endpoint, stream, model_asked, client_ip, prompt_tokens_estimate
        """;

    public static RequestRecord Read(DbDataReader row) => new()
    {
        RequestId = row.GetString(0),
        StartedAtMs = row.GetInt64(1),
        State = (CallState)row.GetInt32(2),
        OrganisationId = Text(row, 3),
        ProjectId = Text(row, 4),
        KeyId = Text(row, 5),
        Day = row.GetInt32(6),
        ClientIp = Text(row, 7),
        Endpoint = row.GetString(8),
        Stream = row.GetBoolean(9),
        ModelAsked = Text(row, 10),
        ModelUsed = Text(row, 11),
        UpstreamId = Text(row, 12),
        UpstreamName = Text(row, 13),
        Status = row.GetInt32(14),
        ErrorCode = Text(row, 15),
        StoppedBy = Text(row, 16),
        StageTimesUs = StageTimes.Read(row.GetFieldValue<byte[]>(17)),
        FirstByteUs = row.GetInt64(18),
        TotalUs = row.GetInt64(19),
        TokenSource = (TokenSource)row.GetInt32(20),
        PromptTokens = row.GetInt64(21),
        CachedTokens = row.GetInt64(22),
        CompletionTokens = row.GetInt64(23),
        ReasoningTokens = row.GetInt64(24),
        CostNano = row.IsDBNull(25) ? null : row.GetInt64(25),
        Currency = Text(row, 26),
        FinishReason = Text(row, 27),
    };

    public static CallIntent ReadIntent(DbDataReader row) => new()
    {
        RequestId = row.GetString(0),
        StartedAtMs = row.GetInt64(1),
        OrganisationId = row.GetString(2),
        ProjectId = row.GetString(3),
        KeyId = row.GetString(4),
        Day = row.GetInt32(5),
        Endpoint = row.GetString(6),
        Stream = row.GetBoolean(7),
        ModelAsked = Text(row, 8),
        ClientIp = Text(row, 9),
        PromptTokensEstimate = row.GetInt64(10),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
