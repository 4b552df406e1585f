using Sluice.Contracts.Management;
using Sluice.Server.Management.Members;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Invitations;

/// <summary>Invitations as the API shows them. The secret in the link is in the mail only.</summary>
internal static class InvitationView
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public static InvitationAnswer Of(InvitationRow row, IReadOnlyDictionary<string, string> names, long nowMs) => new()
    {
        Id = row.Id,
        Email = row.Email,
        RoleId = row.RoleId,
        RoleName = MemberView.RoleName(row.RoleId, names),
        ProjectId = row.ProjectId,
        Status = StatusOf(row, nowMs),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        CreatedBy = row.CreatedBy,
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAtMs),
        AcceptedAt = row.AcceptedAtMs is { } accepted ? DateTimeOffset.FromUnixTimeMilliseconds(accepted) : null,
        AcceptedBy = row.AcceptedBy,
    };

    public static string StatusOf(InvitationRow row, long nowMs) =>
        row.AcceptedAtMs is not null ? InvitationStatuses.Accepted
        : row.RevokedAtMs is not null ? InvitationStatuses.Revoked
        : row.ExpiresAtMs <= nowMs ? InvitationStatuses.Expired : InvitationStatuses.Pending;

    public static IQueryable<InvitationRow> Pending(this IQueryable<InvitationRow> invitations, long nowMs) =>
        invitations.Where(i => i.AcceptedAtMs == null && i.RevokedAtMs == null && i.ExpiresAtMs > nowMs);
}
