using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Server.Accounts;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Accounts;

/// <summary>Passkeys as the API shows them.</summary>
internal static class PasskeyView
{
    public const int NameCharsMax = 100;
    public const int StateCharsMax = 8192;
    public const int CredentialCharsMax = 16 * 1024;

    public static async Task<PasskeyRow?> FindAsync(OperationCall call) =>
        Passkeys.BytesOf(call.Id) is { } id ? await call.Accounts.MyPasskeys.SingleOrDefaultAsync(p => p.CredentialId == id, call.CancellationToken) : null;

    public static PasskeyAnswer Of(PasskeyRow row) => new()
    {
        Id = Passkeys.IdOf(row.CredentialId),
        Name = row.Name,
        CreatedAt = AccountView.At(row.CreatedAtMs),
        LastUsedAt = AccountView.At(row.LastUsedAtMs),
        BackedUp = row.IsBackedUp,
    };
}
