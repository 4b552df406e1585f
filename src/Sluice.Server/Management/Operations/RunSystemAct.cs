using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Access;
using Sluice.Server.Messages;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// Carries out what nobody asked for but time: an end that has come, a reminder that is due. The same rules as for a caller's write: alone, in one transaction with
/// its audit entries, messages and change notices. Only one node at a time does an act of one name, so that an act which looks first does nothing twice.
/// </summary>
internal sealed partial class RunSystemAct(SluiceDatabase database, AuditChain audit, ChangeFeed changes, WriteGate gate, Outbox outbox, ManagementOptions options, TimeProvider time, ILogger<RunSystemAct> log)
{
    /// <summary>Who the audit log says it was.</summary>
    public const string Actor = "system";

    /// <summary>Runs an act. What it does is to be audited; a mark that people were told of something needs no entry.</summary>
    /// <returns>Whether something was done.</returns>
    public async Task<bool> RunAsync(string name, Func<SystemAct, Task> act, CancellationToken cancellationToken)
    {
        SystemAct done;
        using (await gate.EnterAsync(cancellationToken))
        {
            await using var db = database.CreateContext();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            if (db.Database.IsNpgsql())
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({name}, 5081))", cancellationToken);
            done = new SystemAct { Db = db, Now = time.GetUtcNow(), BaseUrl = options.BaseUrl(), CancellationToken = cancellationToken };
            await act(done);
            if (done.Acts.Count == 0 && !db.ChangeTracker.HasChanges())
                return false;
            foreach (var entry in done.Acts)
                await audit.AppendAsync(db, entry.OrganisationId!, Actor, entry.Action, entry.SubjectId, RunOperation.Detail(entry), cancellationToken);
            foreach (var message in done.Messages)
                await outbox.AddAsync(db, message, done.Now, cancellationToken);
            db.Notifications.AddRange(done.Notifications);
            await outbox.AddNoticesAsync(db, done.Notifications, done.Messages, new Uri(done.BaseUrl + "/console"), done.Now, cancellationToken);
            foreach (var (kind, subjectId) in done.Changes)
                db.Changes.Add(new ChangeRow { Kind = kind, SubjectId = subjectId, AtMs = done.NowMs });
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        if (done.Messages.Count > 0 || done.Notifications.Count > 0)
            outbox.Wake();
        if (done.Changes.Count > 0)
            await PublishAsync(name);
        return true;
    }

    private async Task PublishAsync(string name)
    {
        try
        {
            await changes.PublishedAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever a listener throws, the change is committed. The feed tells again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogUntold(e, name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "'{Act}' is committed, but this node could not take the change in yet. It is tried again.")]
    private partial void LogUntold(Exception exception, string act);
}

/// <summary>What an act of the system has: the whole database, and the same ways to leave its trace as an operation.</summary>
internal sealed class SystemAct : ITelling
{
    private readonly List<AuditedAct> _acts = [];
    private readonly List<(string Kind, string SubjectId)> _changes = [];
    private readonly List<OutgoingMessage> _messages = [];
    private readonly List<NotificationRow> _notifications = [];

    /// <summary>In the act's transaction.</summary>
    public required SluiceDb Db { get; init; }
    public required DateTimeOffset Now { get; init; }
    /// <summary>What people reach this server as, without a trailing slash.</summary>
    public required string BaseUrl { get; init; }
    public required CancellationToken CancellationToken { get; init; }

    public long NowMs => Now.ToUnixTimeMilliseconds();

    public IReadOnlyList<AuditedAct> Acts => _acts;
    public IReadOnlyList<OutgoingMessage> Messages => _messages;
    public IReadOnlyList<NotificationRow> Notifications => _notifications;
    public IReadOnlyList<(string Kind, string SubjectId)> Changes => _changes;

    /// <inheritdoc cref="OperationCall.AuditIn"/>
    public void Audit(string organisationId, string action, string subjectId, params IReadOnlyList<(string Name, object? Value)> detail) =>
        _acts.Add(new AuditedAct(organisationId, action, subjectId, detail));

    public void Send(OutgoingMessage message) => _messages.Add(message);

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

    public void KeyChanged(string keyId) => _changes.Add((ChangeKinds.Key, keyId));

    public void OwnerChanged(string accountId) => _changes.Add((ChangeKinds.Owner, accountId));

    public void OrganisationChanged(string organisationId) => _changes.Add((ChangeKinds.Organisation, organisationId));
}
