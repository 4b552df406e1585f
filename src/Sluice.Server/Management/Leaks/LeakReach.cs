using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Leaks;

/// <summary>Where a leaked token is looked for. What is not in here is not known, whoever asks.</summary>
internal sealed record LeakReach(IQueryable<KeyCredentialRow> Credentials, IQueryable<KeyRow> Keys, IQueryable<ManagementTokenRow> Tokens, IQueryable<SessionRow> Sessions,
    IQueryable<AssignmentRow> Assignments, IQueryable<MemberRow> Members, IQueryable<AccountRow> Accounts)
{
    /// <summary>Everything of everybody.</summary>
    public static LeakReach Everywhere(SluiceDb db) => new(db.KeyCredentials, db.Keys, db.ManagementTokens, db.Sessions, db.Assignments, db.Members, db.Accounts);

    /// <summary>The caller's organisation; for the operator's people who may see others, the installation.</summary>
    public static LeakReach Of(OperationCall call)
    {
        if (call.Caller.May(Authorization.Permissions.InstallationPeople))
        {
            var all = call.Installation;
            return new LeakReach(all.KeyCredentials, all.Keys, all.ManagementTokens, all.Sessions, all.Assignments, all.Members, all.Accounts);
        }

        var own = call.Data;
        return new LeakReach(own.EveryKeyCredential, own.Keys, own.ManagementTokens, call.Caller.OrganisationId.Length == 0 ? call.Accounts.MySessions : own.SessionsOfPeople,
            own.Assignments, own.Members, call.Caller.OrganisationId.Length == 0 ? call.Accounts.Me : own.People);
    }
}
