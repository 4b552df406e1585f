using Sluice.Gateway.Keys;
using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.FirstRun;

/// <summary>
/// Fills an empty database with an organisation, a project, a test key, a management token and a set-up token. The secrets are put beside the
/// database before it learns of them, and become <c>first-run.json</c> only when the server listens: killed anywhere between, the next start goes on
/// with the same ones, so that the operator is never locked out and nothing is made twice.
/// </summary>
internal sealed class MakeFirstRun(DataFolder folder, SluiceDatabase database, KeyHasher hasher, AuditChain audit, ServerSettings settings, TimeProvider time)
{
    public const string FileName = "first-run.json";
    private const string PendingName = "first-run.pending";
    // Any number does, as long as every node of every version takes the same one.
    private const string PostgresLock = "select pg_advisory_xact_lock(5080002)";

    /// <summary>The secrets that the operator has not been shown yet, or <see langword="null"/> on every later start.</summary>
    public async Task<FirstRunSecrets?> PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        // On SQLite this takes the write lock; on PostgreSQL another node that starts on the same empty database waits here.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var write = new FirstRunRows(connection, transaction, hasher, audit, settings, time);
        if (database.Provider == StorageProvider.Postgres) await write.ExecuteAsync(PostgresLock, cancellationToken);

        var pending = ReadPending();
        if (await write.AnyOrganisationAsync(cancellationToken))
        {
            if (pending is not null && await write.HasKeyAsync(FirstRunSecrets.PublicIdOf(pending.TestKey), cancellationToken)) return pending;
            // Another node was first on this database, or a backup was put in place: these secrets open nothing.
            File.Delete(folder.File(PendingName));
            return null;
        }

        pending ??= FirstRunSecrets.Create();
        folder.WriteWhole(PendingName, pending.ToPending());
        await write.WriteAsync(pending, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return pending;
    }

    /// <summary>Writes <c>first-run.json</c>. To be called once the server listens.</summary>
    /// <returns>Its full path.</returns>
    public string Complete(FirstRunSecrets secrets, string baseUrl)
    {
        folder.WriteWhole(FileName, secrets.ToFile(baseUrl));
        File.Delete(folder.File(PendingName));
        return folder.File(FileName);
    }

    private FirstRunSecrets? ReadPending()
    {
        var path = folder.File(PendingName);
        return File.Exists(path) ? FirstRunSecrets.FromPending(File.ReadAllBytes(path)) : null;
    }
}
