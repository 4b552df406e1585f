using Sluice.Server.Management.Access;
using Sluice.Server.Messages;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// What an act leaves behind beside its own rows, whether somebody's call or the system acts: audit entries, messages, notices, and word to every node of what
/// they remember wrongly now. Collected while it runs, and written in its transaction by <see cref="LeaveTrace"/>.
/// </summary>
internal abstract class Trace
{
    private readonly List<AuditedAct> _acts = [];
    private readonly List<(string Kind, string SubjectId)> _changes = [];
    private readonly List<OutgoingMessage> _messages = [];
    private readonly List<NotificationRow> _notifications = [];

    public required DateTimeOffset Now { get; init; }
    /// <summary>What people reach this server as, without a trailing slash: for links in messages.</summary>
    public required string BaseUrl { get; init; }
    public required CancellationToken CancellationToken { get; init; }

    public long NowMs => Now.ToUnixTimeMilliseconds();

    public IReadOnlyList<AuditedAct> Acts => _acts;
    public IReadOnlyList<(string Kind, string SubjectId)> Changes => _changes;
    public IReadOnlyList<OutgoingMessage> Messages => _messages;
    public IReadOnlyList<NotificationRow> Notifications => _notifications;

    /// <summary>An entry for the audit log of an organisation.</summary>
    /// <param name="organisationId">In whose log; <see langword="null"/> for that of whoever acts.</param>
    /// <param name="action">Such as <c>key.create</c>.</param>
    /// <param name="subjectId">The object.</param>
    /// <param name="detail">What changed; never a secret or a hash, and nothing personal.</param>
    public void AuditIn(string? organisationId, string action, string subjectId, params IReadOnlyList<(string Name, object? Value)> detail) =>
        _acts.Add(new AuditedAct(organisationId, action, subjectId, detail));

    /// <summary>Puts a message into the outbox.</summary>
    public void Send(OutgoingMessage message) => _messages.Add(message);

    /// <summary>Tells people something when they next look.</summary>
    /// <param name="text">One sentence without secrets.</param>
    public void Notify(IEnumerable<string> accountIds, string? organisationId, string kind, string subjectId, string text)
    {
        foreach (var accountId in accountIds.Distinct(StringComparer.Ordinal))
        {
            _notifications.Add(new NotificationRow
            {
                Id = ObjectId.New(ObjectId.Notification, Now), AccountId = accountId, OrganisationId = organisationId, Kind = kind, SubjectId = subjectId, Text = text, CreatedAtMs = NowMs,
            });
        }
    }

    /// <summary>Says to every node, before the answer goes out, that a key is no longer what they remember.</summary>
    public void KeyChanged(string keyId) => _changes.Add((ChangeKinds.Key, keyId));

    /// <summary>Says the same of all keys of a person: their roles, membership or standing changed.</summary>
    public void OwnerChanged(string accountId) => _changes.Add((ChangeKinds.Owner, accountId));

    /// <summary>Says the same of all keys of an organisation.</summary>
    public void OrganisationChanged(string organisationId) => _changes.Add((ChangeKinds.Organisation, organisationId));

    /// <summary>Says to every node, before the answer goes out, that an upstream is no longer what they remember.</summary>
    public void UpstreamChanged(string upstreamId) => _changes.Add((ChangeKinds.Upstream, upstreamId));
}

/// <summary>One act as the audit log will hold it.</summary>
/// <param name="OrganisationId">In whose log; <see langword="null"/> for that of whoever acts.</param>
internal sealed record AuditedAct(string? OrganisationId, string Action, string SubjectId, IReadOnlyList<(string Name, object? Value)> Detail);

internal static class ChangeKinds
{
    public const string Key = "key";
    public const string Owner = "owner";
    public const string Organisation = "organisation";
    public const string Upstream = "upstream";
}
