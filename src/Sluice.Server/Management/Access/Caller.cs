namespace Sluice.Server.Management.Access;

/// <summary>Who manages: whoever holds a management token.</summary>
/// <param name="TokenId"><c>mgt_…</c>; stands in the audit log as the actor.</param>
/// <param name="OrganisationId">All the caller can see or change lies in here.</param>
/// <param name="TokenName">As given when the token was made.</param>
/// <param name="ExpiresAtMs">When the token stops working, or <see langword="null"/>.</param>
/// <param name="IsOperator">Whether the organisation runs this installation.</param>
internal sealed record Caller(string TokenId, string OrganisationId, string TokenName, long? ExpiresAtMs, bool IsOperator)
{
    public IEnumerable<string> Permissions => Access.Permissions.All.Where(May);

    public bool May(string permission) => IsOperator || !Access.Permissions.IsOperators(permission);
}
