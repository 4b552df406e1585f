using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>
/// ASP.NET Core Identity's store over the house's tables. Authenticator keys and recovery codes are kept sealed, so that a copy of the database gives
/// none of them away; passkeys lie in columns of their own. Nothing is saved here: that is the operation's transaction's.
/// </summary>
internal sealed class AccountStore : UserOnlyStore<AccountRow, SluiceDb, string>
{
    private static readonly Uri Origin = new("sluice://account");
    private readonly SecretSealer _sealer;
    private readonly TimeProvider _time;

    public AccountStore(SluiceDb db, SecretSealer sealer, TimeProvider time)
        : base(db)
    {
        (_sealer, _time) = (sealer, time);
        AutoSaveChanges = false;
    }

    public override async Task SetTokenAsync(AccountRow user, string loginProvider, string name, string? value, CancellationToken cancellationToken)
    {
        var sealedValue = value is null ? null : Convert.ToBase64String(_sealer.Seal(new PlainSecret(value), user.Id, Field(loginProvider, name), Origin));
        await base.SetTokenAsync(user, loginProvider, name, sealedValue, cancellationToken);
    }

    public override async Task<string?> GetTokenAsync(AccountRow user, string loginProvider, string name, CancellationToken cancellationToken) =>
        await base.GetTokenAsync(user, loginProvider, name, cancellationToken) is { } kept
        && _sealer.TryOpen(Convert.FromBase64String(kept), user.Id, Field(loginProvider, name), Origin, out var value) ? value.Reveal() : null;

    public override async Task AddOrUpdatePasskeyAsync(AccountRow user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        var row = await Context.Passkeys.AsTracking().SingleOrDefaultAsync(p => p.UserId == user.Id && p.CredentialId == passkey.CredentialId, cancellationToken);
        if (row is null)
        {
            Context.Passkeys.Add(new PasskeyRow
            {
                CredentialId = passkey.CredentialId,
                UserId = user.Id,
                Name = passkey.Name ?? "Passkey",
                PublicKey = passkey.PublicKey,
                // Identity takes the machine's clock here.
                CreatedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                SignCount = passkey.SignCount,
                Transports = JsonSerializer.Serialize(passkey.Transports ?? []),
                IsUserVerified = passkey.IsUserVerified,
                IsBackupEligible = passkey.IsBackupEligible,
                IsBackedUp = passkey.IsBackedUp,
                AttestationObject = passkey.AttestationObject,
                ClientDataJson = passkey.ClientDataJson,
            });
            return;
        }

        (row.Name, row.SignCount, row.IsBackedUp, row.IsUserVerified) = (passkey.Name ?? row.Name, passkey.SignCount, passkey.IsBackedUp, passkey.IsUserVerified);
    }

    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(AccountRow user, CancellationToken cancellationToken) =>
        [.. (await Context.Passkeys.AsNoTracking().Where(p => p.UserId == user.Id).ToListAsync(cancellationToken)).Select(Info)];

    public override async Task<AccountRow?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await Context.Accounts.SingleOrDefaultAsync(a => Context.Passkeys.Any(p => p.CredentialId == credentialId && p.UserId == a.Id), cancellationToken);

    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(AccountRow user, byte[] credentialId, CancellationToken cancellationToken) =>
        await Context.Passkeys.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == user.Id && p.CredentialId == credentialId, cancellationToken) is { } row ? Info(row) : null;

    public override async Task RemovePasskeyAsync(AccountRow user, byte[] credentialId, CancellationToken cancellationToken) =>
        await Context.Passkeys.Where(p => p.UserId == user.Id && p.CredentialId == credentialId).ExecuteDeleteAsync(cancellationToken);

    private static string Field(string provider, string name) => $"{provider}:{name}";

    private static UserPasskeyInfo Info(PasskeyRow row) => new(row.CredentialId, row.PublicKey, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs), (uint)row.SignCount,
        JsonSerializer.Deserialize<string[]>(row.Transports), row.IsUserVerified, row.IsBackupEligible, row.IsBackedUp, row.AttestationObject, row.ClientDataJson)
    { Name = row.Name };
}
