using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Audit;

/// <summary><c>audit verify</c>: checks audit logs from outside the server, whether it runs or not. Nothing is made, brought up to date or written.</summary>
internal static class VerifyAuditCommand
{
    private const int Tampered = 3;

    /// <returns>0 if all hold, 3 if one does not.</returns>
    /// <exception cref="StartupException">It could not be checked.</exception>
    /// <exception cref="KeyMaterialException">The key files cannot be used.</exception>
    public static async Task<int> RunAsync(CommandLine commandLine, string workingFolder, IReadOnlyDictionary<string, string> environment, TextWriter output, CancellationToken cancellationToken)
    {
        var settings = SettingsFile.Read(commandLine, workingFolder, environment, null, out var _);
        var sqlite = Path.Combine(settings.DataFolder, OpenedStorage.SqliteFileName);
        if (settings.Database is null && !File.Exists(sqlite))
            throw new StartupException($"There is no database {sqlite}: name the data folder with --data, or set Sluice:Database.");
        var checkpoints = commandLine.Checkpoints is { } named ? Path.GetFullPath(named, workingFolder) : settings.AuditCheckpointFile;
        if (commandLine.Checkpoints is not null && !File.Exists(checkpoints))
            throw new StartupException($"There is no file of checkpoints {checkpoints}: check --checkpoints.");
        var material = KeyMaterial.Load(Path.Combine(settings.DataFolder, "keys"), databaseNeedsKeys: true);
        var database = SluiceDatabase.Open(OpenedStorage.OptionsOf(settings, settings.DataFolder), TimeProvider.System);
        await using var opened = database;
        try
        {
            var verification = new AuditVerification(token => ReadOnlyAsync(database, token), new AuditChain(material, TimeProvider.System), NullLogger<AuditVerification>.Instance, new CheckpointFile(checkpoints, new CheckpointLines(material)));
            return await RunAsync(verification, commandLine.Organisation, checkpoints, output, cancellationToken);
        }
        catch (DbException e)
        {
            throw new StartupException($"The audit log in {database.Location} cannot be read: {e.Message}", inner: e);
        }
    }

    private static async ValueTask<DbConnection> ReadOnlyAsync(SluiceDatabase database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = database.Provider == StorageProvider.Sqlite ? "pragma query_only = on" : "set default_transaction_read_only = on";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    private static async Task<int> RunAsync(AuditVerification verification, string? organisationId, string checkpoints, TextWriter output, CancellationToken cancellationToken)
    {
        var reports = new List<AuditReport>();
        if (organisationId is not null)
        {
            var report = await verification.OfAsync(organisationId, cancellationToken);
            if (report is { Holds: true, Chain.Entries: 0, Checkpoints.Compared: 0 })
                throw new StartupException($"No audit log of an organisation '{organisationId}' is known here: check --organisation.");
            reports.Add(report);
        }
        else
        {
            await foreach (var report in verification.OfAllAsync(cancellationToken)) reports.Add(report);
        }

        foreach (var report in reports) await output.WriteLineAsync(Line(report));
        if (reports.Select(r => r.Checkpoints).FirstOrDefault(c => c.FirstBadLine is not null)?.FirstBadLine is { } line)
            await output.WriteLineAsync($"TAMPERED: {checkpoints} is not as it was written, from line {line.ToString(CultureInfo.InvariantCulture)} on.");
        return reports.All(r => r.Holds) ? 0 : Tampered;
    }

    private static string Line(AuditReport report)
    {
        if (report.Chain.FirstBadSeq is { } seq)
            return string.Create(CultureInfo.InvariantCulture, $"{report.OrganisationId}: TAMPERED at entry {seq} ({report.Chain.Defect.ToString()!.ToLowerInvariant()}): {report.Chain.Problem}");
        var compared = report.Checkpoints switch
        {
            { Unreadable: { } why } => why,
            { Last: { } last } => string.Create(CultureInfo.InvariantCulture, $"{report.Checkpoints.Compared} checkpoints agree, the newest of {last.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} with entry {last.Seq}."),
            _ => "No checkpoint knows it yet.",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{report.OrganisationId}: {report.Chain.Entries} entries hold. {compared}");
    }
}
