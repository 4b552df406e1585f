using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Contracts.Management;
using Sluice.Server.Audit;
using Sluice.Server.Management.Http;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AuditLog;

/// <summary>Writes a part of an audit log, in order and a page at a time: neither memory nor a connection is held for as long as a slow reader takes.</summary>
internal sealed class AuditExport(SluiceDatabase database)
{
    public const int PageRows = 500;

    public async Task WriteCsvAsync(Stream body, string organisationId, long last, long? fromMs, long? toMs, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        CsvText.Begin(text);
        CsvText.Line(text, "seq", "at", "actorId", "action", "subjectId", "detail", "previousHash", "hash");
        await EachPageAsync(organisationId, last, fromMs, toMs, async page =>
        {
            foreach (var row in page)
            {
                CsvText.Line(text, row.Seq.ToString(CultureInfo.InvariantCulture), DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                    row.ActorId, row.Action, row.SubjectId, row.Detail, Convert.ToHexStringLower(row.PreviousHash), Convert.ToHexStringLower(row.Hash));
            }

            await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
        }, cancellationToken);
    }

    public Task WriteJsonLinesAsync(Stream body, string organisationId, long last, long? fromMs, long? toMs, CancellationToken cancellationToken) =>
        EachPageAsync(organisationId, last, fromMs, toMs, async page =>
        {
            using var lines = new MemoryStream();
            foreach (var row in page)
            {
                JsonSerializer.Serialize(lines, AuditEntryView.Of(row), ManagementJson.Default.AuditEntryAnswer);
                lines.WriteByte((byte)'\n');
            }

            await body.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken);
        }, cancellationToken);

    /// <summary>Gives one page or more, the last of which is not full.</summary>
    private async Task EachPageAsync(string organisationId, long last, long? fromMs, long? toMs, Func<IReadOnlyList<AuditEntryRow>, Task> write, CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            // A write to the caller may have been completed by a socket's thread, and SQLite works on the calling one.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            IReadOnlyList<AuditEntryRow> page;
            await using (var connection = await database.OpenAsync(cancellationToken))
                page = await AuditEntries.PageAsync(connection, organisationId, after, last, fromMs, toMs, PageRows, cancellationToken);
            await write(page);
            if (page.Count < PageRows)
                return;
            after = page[^1].Seq;
        }
    }
}
