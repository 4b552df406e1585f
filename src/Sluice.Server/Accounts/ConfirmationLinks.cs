using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>What a link or a code proves.</summary>
internal static class ConfirmationPurposes
{
    public const string VerifyEmail = "verify_email";
    public const string ResetPassword = "reset_password";
    public const string NewEmail = "new_email";
    public const string OldEmail = "old_email";
    public const string NewPhone = "new_phone";
    public const string OldPhone = "old_phone";
    /// <summary>A passkey challenge that was answered: it is never answered again.</summary>
    public const string PasskeyChallenge = "passkey_challenge";
}

/// <summary>
/// Links and codes that go out by mail and SMS. A link holds 256 random bits and a code six digits; what is kept of either is an HMAC under a key that the
/// database does not hold.
/// </summary>
internal sealed class ConfirmationLinks(KeyMaterial material)
{
    public static readonly TimeSpan VerifyLifetime = TimeSpan.FromHours(24);
    public static readonly TimeSpan ResetLifetime = TimeSpan.FromHours(1);
    private const int PublicBytes = 12, SecretBytes = 32, PublicChars = 16, SecretChars = 43;

    private readonly byte[] _key = material.Derive("confirmation-links");

    /// <summary>Makes a link's secret and the row that stands for it, to be added by the caller.</summary>
    /// <param name="prefix">Tells people and scanners what it is, such as <c>ev_</c>.</param>
    public PlainSecret New(string purpose, string prefix, string? accountId, string target, DateTimeOffset now, TimeSpan lifetime, out ConfirmationRow row)
    {
        var publicId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PublicBytes));
        var text = prefix + publicId + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        row = Row(purpose, accountId, target, now, lifetime);
        row.PublicId = publicId;
        row.Hash = Hash(purpose, text);
        return new PlainSecret(text);
    }

    /// <summary>Makes a code's row, to be added by the caller.</summary>
    public PlainSecret NewCode(string purpose, string accountId, string target, DateTimeOffset now, TimeSpan lifetime, out ConfirmationRow row)
    {
        var code = RandomNumberGenerator.GetString("0123456789", 6);
        row = Row(purpose, accountId, target, now, lifetime);
        // The id goes in: a code of one row is of no use to another.
        row.Hash = Hash(row.Id, code);
        return new PlainSecret(code);
    }

    public bool IsCode(ConfirmationRow row, string code) => CryptographicOperations.FixedTimeEquals(row.Hash, Hash(row.Id, code));

    /// <summary>The row that a link belongs to, if it is of this purpose, not used and not over; else <see langword="null"/>. Whoever uses it calls <see cref="TakeAsync"/>.</summary>
    public async Task<ConfirmationRow?> FindAsync(SluiceDb db, string purpose, string prefix, string? text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (text is null || text.Length != prefix.Length + PublicChars + SecretChars || !text.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var publicId = text.Substring(prefix.Length, PublicChars);
        var nowMs = now.ToUnixTimeMilliseconds();
        var rows = await db.Confirmations.AsNoTracking().Where(c => c.PublicId == publicId && c.Purpose == purpose && c.UsedAtMs == null && c.ExpiresAtMs > nowMs).ToListAsync(cancellationToken);
        return rows.SingleOrDefault(r => CryptographicOperations.FixedTimeEquals(r.Hash, Hash(purpose, text)));
    }

    /// <summary>Uses a link up. Of two that try at once, one is told that it was the first.</summary>
    public static async Task<bool> TakeAsync(SluiceDb db, ConfirmationRow row, long nowMs, CancellationToken cancellationToken) =>
        await db.Confirmations.Where(c => c.Id == row.Id && c.UsedAtMs == null).ExecuteUpdateAsync(c => c.SetProperty(x => x.UsedAtMs, nowMs), cancellationToken) == 1;

    /// <summary>Makes earlier links and codes of a purpose worthless, and forgets those that are long over.</summary>
    public static async Task EndEarlierAsync(SluiceDb db, string? accountId, string purpose, long nowMs, CancellationToken cancellationToken)
    {
        var old = nowMs - (long)TimeSpan.FromDays(7).TotalMilliseconds;
        await db.Confirmations.Where(c => c.AccountId == accountId && c.ExpiresAtMs < old).ExecuteDeleteAsync(cancellationToken);
        await db.Confirmations.Where(c => c.AccountId == accountId && c.Purpose == purpose && c.UsedAtMs == null).ExecuteUpdateAsync(c => c.SetProperty(x => x.UsedAtMs, nowMs), cancellationToken);
    }

    private static ConfirmationRow Row(string purpose, string? accountId, string target, DateTimeOffset now, TimeSpan lifetime) => new()
    {
        Id = ObjectId.New(ObjectId.Confirmation, now),
        AccountId = accountId,
        Purpose = purpose,
        Target = target,
        Hash = [],
        Attempts = 0,
        CreatedAtMs = now.ToUnixTimeMilliseconds(),
        ExpiresAtMs = (now + lifetime).ToUnixTimeMilliseconds(),
    };

    private byte[] Hash(string bound, string text) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{bound}\0{text}"));
}
