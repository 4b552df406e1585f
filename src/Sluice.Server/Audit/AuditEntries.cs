using System.Data.Common;
using System.Runtime.CompilerServices;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Audit;

/// <summary>
/// Reads the audit log as it stands, in the same SQL on both providers. Whoever tampers may have dropped the table's rules first, so nothing
/// is taken for granted: empty columns are read as something that no entry ever held, and numbers may be doubled or below 1.
/// </summary>
internal static class AuditEntries
{
    private const string Columns = "organisation_id, seq, at_ms, actor_id, action, subject_id, detail, previous_hash, hash";
    private const string NoText = "\0";
    private static readonly byte[] NoHash = [0];

    /// <summary>An organisation's entries behind a place, in order; asked for again, they are read again.</summary>
    public static Func<long, IAsyncEnumerable<AuditEntryRow>> Of(DbConnection connection, string organisationId) =>
        after => ReadAsync(connection, organisationId, after);

    /// <summary>A part of the log, in order.</summary>
    /// <param name="after">The number before the first one wanted.</param>
    /// <param name="last">The last number wanted.</param>
    /// <param name="fromMs">Written at this Unix time in milliseconds or later.</param>
    /// <param name="toMs">Written before this Unix time in milliseconds.</param>
    public static async Task<IReadOnlyList<AuditEntryRow>> PageAsync(DbConnection connection, string organisationId, long after, long last, long? fromMs, long? toMs, int limit, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = $"select {Columns} from audit_entries where organisation_id = @organisation and seq > @after and seq <= @last and at_ms >= @from and at_ms < @to order by seq limit @limit";
        command.Add("@organisation", organisationId);
        command.Add("@after", after);
        command.Add("@last", last);
        command.Add("@from", fromMs ?? long.MinValue);
        command.Add("@to", toMs ?? long.MaxValue);
        command.Add("@limit", limit);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var page = new List<AuditEntryRow>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) page.Add(Read(row));
        return page;
    }

    /// <summary>Every organisation that there is, or that entries name.</summary>
    public static async Task<IReadOnlyList<string>> OrganisationsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        command.CommandText = "select id from organisations union select distinct organisation_id from audit_entries order by 1";
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        var ids = new List<string>();
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!row.IsDBNull(0)) ids.Add(row.GetString(0));
        }
        return ids;
    }

    private static async IAsyncEnumerable<AuditEntryRow> ReadAsync(DbConnection connection, string organisationId, long after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var command = connection.CreateCommand();
        await using var _ = command.ConfigureAwait(false);
        // One statement and no pages: rows that share a number must not fall between two of them.
        command.CommandText = $"select {Columns} from audit_entries where organisation_id = @organisation and seq > @after order by seq";
        // A long chain takes longer than the time-out meant for small statements.
        command.CommandTimeout = 0;
        command.Add("@organisation", organisationId);
        command.Add("@after", after);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return Read(row);
    }

    private static AuditEntryRow Read(DbDataReader row) => new()
    {
        OrganisationId = row.GetString(0),
        Seq = row.GetInt64(1),
        AtMs = row.IsDBNull(2) ? long.MinValue : row.GetInt64(2),
        ActorId = Text(row, 3),
        Action = Text(row, 4),
        SubjectId = Text(row, 5),
        Detail = Text(row, 6),
        PreviousHash = Bytes(row, 7),
        Hash = Bytes(row, 8),
    };

    private static string Text(DbDataReader row, int column) => row.IsDBNull(column) ? NoText : row.GetString(column);

    private static byte[] Bytes(DbDataReader row, int column) => row.IsDBNull(column) ? NoHash : row.GetFieldValue<byte[]>(column);
}
