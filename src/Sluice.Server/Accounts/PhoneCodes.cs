using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Errors;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Intake;
using Sluice.Server.Storage;

namespace Sluice.Server.Accounts;

/// <summary>Codes by SMS: short, so they live ten minutes and stand five tries; and every one costs money, so they are few.</summary>
internal sealed class PhoneCodes(ConfirmationLinks links)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    public const int AttemptsMax = 5;
    public const int SendsPerTenMinutes = 3;
    public const int SendsPerHour = 5;

    /// <summary>Makes a code for a number, or refuses where account or number had too many.</summary>
    public async Task<(PlainSecret? Code, Refusal? Refusal)> NewAsync(SluiceDb db, string purpose, string accountId, string number, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var (recent, hour) = (nowMs - (long)Lifetime.TotalMilliseconds, nowMs - (long)TimeSpan.FromHours(1).TotalMilliseconds);
        var sent = await db.Confirmations.Where(c => (c.Purpose == ConfirmationPurposes.NewPhone || c.Purpose == ConfirmationPurposes.OldPhone) && c.CreatedAtMs > hour
            && (c.Target == number || (c.AccountId == accountId && c.Purpose == purpose))).Select(c => c.CreatedAtMs).ToListAsync(cancellationToken);
        if (sent.Count >= SendsPerHour || sent.Count(at => at > recent) >= SendsPerTenMinutes)
            return (null, new Refusal(ErrorCodes.RateLimitExceeded, "Too many codes were sent. Use the last one, or come back later.") { RetryAfter = (int)Lifetime.TotalSeconds });
        await ConfirmationLinks.EndEarlierAsync(db, accountId, purpose, nowMs, cancellationToken);
        var code = links.NewCode(purpose, accountId, number, now, Lifetime, out var row);
        db.Confirmations.Add(row);
        return (code, null);
    }

    /// <summary>The code that waits to be typed in, or <see langword="null"/>. Counts the try, whatever comes of it.</summary>
    public async Task<(ConfirmationRow? Row, bool Right)> TryAsync(SluiceDb db, string purpose, string accountId, string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var row = await db.Confirmations.AsNoTracking().Where(c => c.AccountId == accountId && c.Purpose == purpose && c.UsedAtMs == null && c.ExpiresAtMs > nowMs)
            .OrderByDescending(c => c.CreatedAtMs).ThenByDescending(c => c.Id).FirstOrDefaultAsync(cancellationToken);
        if (row is null || await db.Confirmations.Where(c => c.Id == row.Id && c.Attempts < AttemptsMax).ExecuteUpdateAsync(c => c.SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellationToken) == 0)
            return (null, false);
        return (row, links.IsCode(row, code));
    }
}
