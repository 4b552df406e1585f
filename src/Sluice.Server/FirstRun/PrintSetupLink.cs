using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Configuration;
using Sluice.Server.Hosting;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Accounts;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.FirstRun;

/// <summary>
/// The command <c>setup-link</c>: makes a new set-up link as long as nobody is the operator yet; earlier ones end. Works beside a running server, on whose
/// machine whoever calls it is anyway.
/// </summary>
internal static class PrintSetupLink
{
    private const string Actor = "setup-link";

    /// <exception cref="StartupException">There is no database yet, or an operator already.</exception>
    public static async Task RunAsync(ServerSettings settings, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = Path.Combine(settings.DataFolder, "sluice.db");
        if (settings.Database is null && !File.Exists(file))
            throw new StartupException($"There is no database in {settings.DataFolder} yet: start the server first, it prints a link. Or name the right folder with --data.");
        await using var database = SluiceDatabase.Open(settings.Database is { } connection ? StorageOptions.Postgres(connection.Reveal(), false) : StorageOptions.Sqlite(file), time);
        // Anything but the server's own keys would make a link that it does not know.
        var material = KeyMaterial.Load(Path.Combine(settings.DataFolder, "keys"), databaseNeedsKeys: true);
        var hasher = new KeyHasher(material.Peppers);

        await using var db = database.CreateContext();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var organisation = await db.Organisations.OrderBy(o => o.CreatedAtMs).ThenBy(o => o.Id).Select(o => o.Id).FirstOrDefaultAsync(cancellationToken)
            ?? throw new StartupException("The database is empty: start the server first, it prints a link.");
        if (await SetUpLinks.HasOperatorAsync(db, organisation, cancellationToken))
            throw new StartupException("This installation has an operator already. Whoever cannot sign in asks for a new password on the sign-in page.");

        var now = time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        await db.ManagementTokens.Where(t => t.Purpose == "setup" && t.RevokedAtMs == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.ExpiresAtMs, nowMs), cancellationToken);
        var token = KeyText.Create(KeyPurpose.Setup, out var publicId);
        var row = new ManagementTokenRow
        {
            Id = ObjectId.New(ObjectId.Token, now),
            OrganisationId = organisation,
            Purpose = "setup",
            Name = "Set-up link",
            PublicId = publicId,
            Hash = hasher.Hash(token.Reveal(), out var pepper),
            PepperVersion = pepper,
            CreatedAtMs = nowMs,
            ExpiresAtMs = (now + FirstRunRows.SetupLifetime).ToUnixTimeMilliseconds(),
        };
        db.ManagementTokens.Add(row);
        await new AuditChain(material, time).AppendAsync(db, organisation, Actor, "token.create", row.Id, "{}", cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await output.WriteLineAsync($"{BaseUrl(settings)}/console/setup?token={token.Reveal()}   (for {FirstRunRows.SetupLifetime.TotalMinutes:0} minutes)");
    }

    /// <summary>What people reach the server as: said by the operator, or found by its first start, or where it is to listen.</summary>
    private static string BaseUrl(ServerSettings settings)
    {
        if (settings.PublicBaseUrl is { } url)
            return url.AbsoluteUri.TrimEnd('/');
        var first = Path.Combine(settings.DataFolder, MakeFirstRun.FileName);
        if (File.Exists(first) && JsonSerializer.Deserialize(File.ReadAllBytes(first), FirstRunJson.Default.FirstRunFile) is { } file)
            return file.BaseUrl;
        return settings.Urls[0].TrimEnd('/');
    }
}
