using Sluice.Server.Authorization;

namespace Sluice.Server.Reviews;

/// <summary>
/// What somebody did with their roles. Changes are known from the audit log and calls from the request log; who looked at what is not recorded, so reading is
/// neither counted nor missed.
/// </summary>
/// <param name="Actions">Permissions that were made use of.</param>
/// <param name="IsWhole">Whether every act could be told which permission it needed; if not, nothing is said of what was not used.</param>
/// <param name="LastMs">When they were last here or one of their keys was used; <see langword="null"/> if it is not known.</param>
internal sealed record RoleUse(IReadOnlySet<string> Actions, bool IsWhole, long? LastMs)
{
    public static readonly RoleUse None = new(new HashSet<string>(), true, null);

    // By what the audit log calls an act, or by what it begins with.
    private static readonly Dictionary<string, string[]> NeededFor = new(StringComparer.Ordinal)
    {
        ["key"] = [Permissions.KeysWrite],
        ["project"] = [Permissions.ProjectsWrite],
        ["upstream"] = [Permissions.UpstreamsWrite],
        ["member"] = [Permissions.MembersWrite],
        ["invitation"] = [Permissions.MembersWrite],
        ["assignment"] = [Permissions.MembersWrite, Permissions.RolesWrite],
        ["role"] = [Permissions.RolesWrite],
        ["token"] = [Permissions.TokensWrite],
        ["organisation"] = [Permissions.OrganisationWrite],
        ["organisation.create"] = [],
        ["organisation.transfer"] = [Permissions.OrganisationOwn],
        ["organisation.delete"] = [Permissions.OrganisationOwn],
        ["review.export"] = [],
        ["review"] = [Permissions.ReviewsWrite],
        ["quota"] = [Permissions.QuotaRequest],
        ["quota.approve"] = [Permissions.QuotaApprove],
        ["quota.reject"] = [Permissions.QuotaApprove],
        ["quota.end"] = [Permissions.QuotaApprove],
        ["ticket"] = [Permissions.TicketsWrite],
        ["verification"] = [Permissions.VerificationApply],
        ["verification.approve"] = [Permissions.InstallationVerifications],
        ["verification.reject"] = [Permissions.InstallationVerifications],
        ["person"] = [Permissions.InstallationPeople],
        ["installation"] = [Permissions.InstallationSettings],
        ["budget"] = [Permissions.BudgetsWrite],
        ["alert"] = [Permissions.AlertsWrite],
        ["tier"] = [Permissions.InstallationSettings],
        ["public_mail_domain"] = [Permissions.InstallationSettings],
        ["message"] = [Permissions.InstallationOutbox],
        ["audit"] = [],
        ["notification"] = [],
        ["member.join"] = [],
        ["member.leave"] = [],
        ["invitation.accept"] = [],
        ["session"] = [],
        ["account"] = [],
    };

    /// <param name="acts">Actions of the audit log, such as <c>key.create</c>.</param>
    /// <param name="called">Whether one of the person's keys was used.</param>
    public static RoleUse Of(IEnumerable<string> acts, bool called, long? lastMs)
    {
        var actions = new HashSet<string>(StringComparer.Ordinal);
        var whole = true;
        foreach (var act in acts)
        {
            if (NeededFor.TryGetValue(act, out var needed) || NeededFor.TryGetValue(act.Split('.')[0], out needed))
                actions.UnionWith(needed);
            else
                whole = false;
        }

        if (called)
            actions.Add(Permissions.ApiCall);
        return new RoleUse(actions, whole, lastMs);
    }

    /// <summary>Whether making use of a permission leaves a trace in the organisation's own log: what the operator does to others stands in theirs.</summary>
    public static bool LeavesTrace(string action) => action == Permissions.ApiCall || (!action.StartsWith("installation.", StringComparison.Ordinal) && NeededFor.Values.Any(needed => needed.Contains(action)));
}
