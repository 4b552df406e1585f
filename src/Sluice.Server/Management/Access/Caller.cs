using Sluice.Server.Authorization;

namespace Sluice.Server.Management.Access;

/// <summary>Who manages: a signed-in person, whoever holds a management token, or, for the few open operations, anybody.</summary>
internal sealed record Caller
{
    /// <summary>Whoever sent no token. May do nothing but what is open to all.</summary>
    public static readonly Caller Anonymous = new() { ActorId = "anonymous", OrganisationId = "", Rights = Rights.None };

    /// <summary>Stands in the audit log: <c>acc_…</c> for a person, <c>mgt_…</c> for a token.</summary>
    public required string ActorId { get; init; }
    /// <summary>All the caller can see or change lies in here; empty for a person in no organisation.</summary>
    public required string OrganisationId { get; init; }
    /// <summary>What the caller may do in the organisation, now.</summary>
    public required Rights Rights { get; init; }
    /// <summary>The person, or <see langword="null"/> for an organisation's own token.</summary>
    public string? AccountId { get; init; }
    /// <summary>The person's session, or <see langword="null"/> for a token.</summary>
    public string? SessionId { get; init; }
    /// <summary>The token, or <see langword="null"/> for a session.</summary>
    public string? TokenId { get; init; }
    /// <summary>As given when the token was made.</summary>
    public string TokenName { get; init; } = "";
    /// <summary>When token or session stops working, or <see langword="null"/>.</summary>
    public long? ExpiresAtMs { get; init; }
    /// <summary>When the person behind a session last proved who they are.</summary>
    public long ConfirmedAtMs { get; init; }
    /// <summary>Whether the organisation runs this installation.</summary>
    public bool IsOperator { get; init; }

    public bool IsAnonymous => AccountId is null && TokenId is null;

    public IEnumerable<string> Permissions => Authorization.Permissions.All.Where(May);

    public bool May(string action) => Rights.Allows(action) && (IsOperator || !Authorization.Permissions.IsOperators(action));
}
