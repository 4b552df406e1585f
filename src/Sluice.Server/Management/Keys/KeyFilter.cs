using Sluice.Contracts.Management;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Keys;

/// <summary>Which keys are wanted; <see langword="null"/> members do not matter.</summary>
internal sealed record KeyFilter
{
    public string? ProjectId { get; init; }
    public string? Kind { get; init; }
    public string? Status { get; init; }
    /// <summary>An account, or empty for service keys.</summary>
    public string? OwnerId { get; init; }
    public string? Tag { get; init; }

    /// <summary>Whether rows must be looked at one by one beyond what <paramref name="lead"/> finds by an index.</summary>
    public bool HasMoreThan(KeyLead lead) =>
        (ProjectId is not null && lead is not KeyLead.Project)
        || (OwnerId is not null && lead is not KeyLead.Owner)
        || (Kind is not null && lead is not KeyLead.Kind)
        || (Status is not null && !(Status is KeyStatuses.Revoked && lead is KeyLead.Revoked));

    /// <summary>The condition that an index finds rows by, in the order of their ids.</summary>
    public KeyLead Lead => this switch
    {
        { ProjectId: not null } => KeyLead.Project,
        { OwnerId: not null } => KeyLead.Owner,
        { Status: KeyStatuses.Revoked } => KeyLead.Revoked,
        { Status: KeyStatuses.Disabled } => KeyLead.Disabled,
        { Kind: not null } => KeyLead.Kind,
        { Status: not null } => KeyLead.NotRevoked,
        _ => KeyLead.All,
    };

    public IQueryable<KeyRow> By(KeyLead lead, IQueryable<KeyRow> keys) => lead switch
    {
        KeyLead.Project => keys.Where(k => k.ProjectId == ProjectId),
        KeyLead.Owner => OwnerId!.Length == 0 ? keys.Where(k => k.OwnerId == null) : keys.Where(k => k.OwnerId == OwnerId),
        KeyLead.Revoked => keys.Where(k => k.RevokedAtMs != null),
        KeyLead.NotRevoked => keys.Where(k => k.RevokedAtMs == null),
        KeyLead.Disabled => keys.Where(k => k.RevokedAtMs == null && !k.Enabled),
        KeyLead.Kind => keys.Where(k => k.Kind == Kind),
        _ => keys,
    };

    /// <summary>All conditions but the tag, on rows that were found already.</summary>
    public IQueryable<KeyRow> Rest(IQueryable<KeyRow> keys, long nowMs)
    {
        if (ProjectId is not null)
            keys = By(KeyLead.Project, keys);
        if (OwnerId is not null)
            keys = By(KeyLead.Owner, keys);
        if (Kind is not null)
            keys = By(KeyLead.Kind, keys);
        return Status is null ? keys : keys.With(Status, nowMs);
    }
}

/// <summary>Conditions that have an index of their own.</summary>
internal enum KeyLead { All, Project, Owner, Revoked, NotRevoked, Disabled, Kind }
