using Microsoft.EntityFrameworkCore;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Operations;

/// <summary>
/// Carries out what nobody asked for but time: an end that has come, a reminder that is due. The same rules as for a caller's write: alone, in one transaction with
/// its audit entries, messages and change notices. Only one node at a time does an act of one name, so that an act which looks first does nothing twice.
/// </summary>
internal sealed class RunSystemAct(SluiceDatabase database, LeaveTrace trace, WriteGate gate, ManagementOptions options, TimeProvider time)
{
    /// <summary>Who the audit log says it was.</summary>
    public const string Actor = "system";

    /// <summary>Runs an act. What it does is to be audited; a mark that people were told of something needs no entry.</summary>
    /// <param name="actorId">Who the audit log says it was, where somebody's reading call does a small act of its own.</param>
    /// <returns>Whether something was done.</returns>
    public async Task<bool> RunAsync(string name, Func<SystemAct, Task> act, CancellationToken cancellationToken, string actorId = Actor)
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
            await trace.AddAsync(db, done, actorId, ownOrganisation: null);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await trace.TellAsync(done, $"The system's act '{name}'");
        return true;
    }
}

/// <summary>What an act of the system has: the whole database, and the same ways to leave its trace as an operation.</summary>
internal sealed class SystemAct : Trace
{
    /// <summary>In the act's transaction.</summary>
    public required SluiceDb Db { get; init; }

    /// <inheritdoc cref="Trace.AuditIn"/>
    public void Audit(string organisationId, string action, string subjectId, params IReadOnlyList<(string Name, object? Value)> detail) => AuditIn(organisationId, action, subjectId, detail);
}
