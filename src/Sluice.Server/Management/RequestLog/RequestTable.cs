using System.Globalization;
using System.Text;
using Sluice.Gateway.Records;
using Sluice.Server.Management.Http;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.RequestLog;

/// <summary>Calls as a table, read a page at a time: neither memory nor a connection is held for as long as a slow reader takes.</summary>
internal sealed class RequestTable(RecordReader records, RecordFilter filter, bool oldestFirst, int rowsMax = RequestTable.RowsMax)
{
    public const int RowsMax = 100_000;
    private const int PageRows = 500;

    private static readonly string[] Columns =
    [
        "id", "startedAt", "status", "errorCode", "state", "projectId", "keyId", "clientIp", "endpoint", "stream", "modelAsked", "modelUsed", "upstream",
        "promptTokens", "cachedTokens", "completionTokens", "reasoningTokens", "tokenSource", "cost", "currency", "firstByteUs", "totalUs", "stoppedBy",
    ];

    public async Task WriteAsync(Stream body, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        CsvText.Begin(text);
        CsvText.Line(text, Columns);
        string? cursor = null;
        var written = 0;
        do
        {
            // A write to the caller may have been completed by a socket's thread, and SQLite works on the calling one.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var page = await records.ListAsync(filter, cursor, Math.Min(PageRows, rowsMax - written), cancellationToken, oldestFirst);
            foreach (var record in page.Records)
                Line(text, record);
            cursor = page.NextCursor;
            written += page.Records.Count;
            if (written >= rowsMax && cursor is not null)
            {
                CsvText.Line(text, [string.Create(CultureInfo.InvariantCulture, $"There are more: an export ends after {rowsMax} calls."), .. new string?[Columns.Length - 1]]);
                cursor = null;
            }

            await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
        }
        while (cursor is not null);
    }

    private static void Line(StringBuilder text, RequestRecord record)
    {
        // As the API has it elsewhere: the same words for states and sources.
        var answer = RequestView.Of(record, []);
        CsvText.Line(text, answer.Id, answer.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), Number(answer.Status), answer.ErrorCode, answer.State,
            answer.ProjectId, answer.KeyId, answer.ClientIp, answer.Endpoint, answer.Stream ? "true" : "false", answer.ModelAsked, answer.ModelUsed, answer.UpstreamName,
            Number(answer.Tokens.Prompt), Number(answer.Tokens.Cached), Number(answer.Tokens.Completion), Number(answer.Tokens.Reasoning), answer.Tokens.Source,
            answer.Cost is { } cost ? (cost.Nano / 1_000_000_000m).ToString(CultureInfo.InvariantCulture) : "", answer.Cost?.Currency, Number(answer.FirstByteMicroseconds), Number(answer.TotalMicroseconds), answer.StoppedBy);
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
