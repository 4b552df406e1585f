using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Management.Documents;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Quota;

/// <summary>Applications and grants as the API shows them.</summary>
internal static class QuotaView
{
    public const int CommentsMax = 200;

    /// <param name="all">Whether they may be of other organisations too: the operator's reviewers.</param>
    public static async Task<IReadOnlyList<QuotaApplicationAnswer>> OfAsync(OperationCall call, IReadOnlyList<QuotaApplicationRow> rows, bool all = false)
    {
        var names = await NamesAsync(call, rows.Select(static r => r.KeyId), all);
        var documents = await DocumentView.OfAsync(all ? call.Installation.Documents : call.Data.Documents, rows.Select(static r => r.DocumentId), call.CancellationToken);
        return [.. rows.Select(r => Of(r, names.GetValueOrDefault(r.KeyId), r.DocumentId is { } document ? documents.GetValueOrDefault(document) : null))];
    }

    /// <summary>One application with what was said to it.</summary>
    public static async Task<QuotaApplicationAnswer> WithCommentsAsync(OperationCall call, QuotaApplicationRow row, bool all = false)
    {
        var comments = await (all ? call.Installation.QuotaComments : call.Data.QuotaComments).AsNoTracking()
            .Where(c => c.ApplicationId == row.Id).OrderBy(c => c.Id).Take(CommentsMax).ToListAsync(call.CancellationToken);
        return (await OfAsync(call, [row], all))[0] with { Comments = [.. comments.Select(Of)] };
    }

    public static async Task<IReadOnlyList<QuotaGrantAnswer>> OfAsync(OperationCall call, IReadOnlyList<QuotaGrantRow> rows, bool all = false)
    {
        var names = await NamesAsync(call, rows.Select(static r => r.KeyId), all);
        return
        [
            .. rows.Select(r => new QuotaGrantAnswer
            {
                Id = r.Id, OrganisationId = r.OrganisationId, KeyId = r.KeyId, KeyName = names.GetValueOrDefault(r.KeyId), ApplicationId = r.ApplicationId, Limit = r.LimitKind, Value = r.Value,
                Status = r.EndedAtMs is not null || r.UntilMs <= call.NowMs ? GrantStatuses.Ended : r.FromMs > call.NowMs ? GrantStatuses.Scheduled : GrantStatuses.Running,
                From = At(r.FromMs), Until = At(r.UntilMs), CreatedAt = At(r.CreatedAtMs),
            }),
        ];
    }

    public static QuotaCommentAnswer Of(QuotaCommentRow row) => new() { Id = row.Id, AuthorId = row.AuthorId, Text = row.Text, CreatedAt = At(row.CreatedAtMs) };

    private static QuotaApplicationAnswer Of(QuotaApplicationRow row, string? keyName, DocumentAnswer? attachment) => new()
    {
        Id = row.Id,
        OrganisationId = row.OrganisationId,
        ProjectId = row.ProjectId,
        KeyId = row.KeyId,
        KeyName = keyName,
        Limit = row.LimitKind,
        CurrentValue = row.CurrentValue,
        RequestedValue = row.RequestedValue,
        Temporary = row.Temporary,
        From = AtOrNull(row.FromMs),
        Until = AtOrNull(row.UntilMs),
        Scenario = row.Scenario,
        ExpectedVolume = row.ExpectedVolume,
        Attachment = attachment,
        Status = row.Status,
        ApplicantId = row.ApplicantId,
        GrantedValue = row.GrantedValue,
        GrantedUntil = AtOrNull(row.GrantedUntilMs),
        DecidedBy = row.DecidedBy,
        DecidedAt = AtOrNull(row.DecidedAtMs),
        Reason = row.Reason,
        CreatedAt = At(row.CreatedAtMs),
        UpdatedAt = At(row.UpdatedAtMs),
    };

    private static async Task<Dictionary<string, string>> NamesAsync(OperationCall call, IEnumerable<string> keyIds, bool all)
    {
        var ids = keyIds.Distinct(StringComparer.Ordinal).ToList();
        return await (all ? call.Installation.Keys : call.Data.Keys).AsNoTracking().Where(k => ids.Contains(k.Id)).ToDictionaryAsync(k => k.Id, k => k.Name, call.CancellationToken);
    }

    private static DateTimeOffset At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    private static DateTimeOffset? AtOrNull(long? ms) => ms is { } some ? At(some) : null;
}
