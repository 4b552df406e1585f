using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Intake;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.AuditLog;

/// <summary>Which entries are wanted.</summary>
internal static class AuditFilter
{
    public static readonly IReadOnlyList<QueryParameter> Parameters =
    [
        new("actorId", "Acts of this person or token only."),
        new("subjectId", "Acts on this object only."),
        new("action", "Acts of this kind only, such as `key.create`; `key.*` for all whose kind begins with `key.`."),
        new("from", "Acts at this RFC 3339 instant or later."),
        new("to", "Acts before this RFC 3339 instant."),
    ];

    /// <summary>Takes the parameters of a query and narrows entries by them, once nothing is refused.</summary>
    public static Func<IQueryable<AuditEntryRow>, IQueryable<AuditEntryRow>> From(QueryFields query)
    {
        var actorId = query.Text("actorId", 64);
        var subjectId = query.Text("subjectId", 64);
        var action = query.Text("action", 64);
        var (fromMs, toMs) = Span(query);
        var prefix = action?.EndsWith(".*", StringComparison.Ordinal) == true ? action[..^1] : null;
        if ((prefix ?? action)?.Contains('*', StringComparison.Ordinal) == true)
            query.Refuse("action", "'action' must be a whole action, such as key.create, or a beginning that ends in '.*', such as key.*.");
        return entries =>
        {
            if (actorId is not null)
                entries = entries.Where(a => a.ActorId == actorId);
            if (subjectId is not null)
                entries = entries.Where(a => a.SubjectId == subjectId);
            if (prefix is not null)
            {
                // LIKE would be blind to case on SQLite, and a range would follow the language that PostgreSQL sorts by.
                var length = prefix.Length;
                entries = entries.Where(a => a.Action.Substring(0, length) == prefix);
            }
            else if (action is not null)
            {
                entries = entries.Where(a => a.Action == action);
            }

            if (fromMs is not null)
                entries = entries.Where(a => a.AtMs >= fromMs);
            if (toMs is not null)
                entries = entries.Where(a => a.AtMs < toMs);
            return entries;
        };
    }

    /// <summary>Takes <c>from</c> and <c>to</c>.</summary>
    public static (long? FromMs, long? ToMs) Span(QueryFields query)
    {
        var (from, to) = (query.Instant("from")?.ToUnixTimeMilliseconds(), query.Instant("to")?.ToUnixTimeMilliseconds());
        if (from > to)
            query.Refuse("to", "'to' must not be before 'from'.");
        return (from, to);
    }

    /// <summary>The number of the caller's newest entry; 0 where there is none.</summary>
    public static async Task<long> LastAsync(OperationCall call) => await call.Data.AuditEntries.MaxAsync(a => (long?)a.Seq, call.CancellationToken) ?? 0;
}
