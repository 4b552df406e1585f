using Microsoft.EntityFrameworkCore;
using Sluice.Server.Management.Operations;
using Sluice.Server.Storage;

namespace Sluice.Server.Management.Playground;

/// <summary>Forgets playgrounds some time after they ended, in the database and, by the change notice, in every node's memory. Until then their holders are told "expired".</summary>
internal sealed class DropEndedPlaygrounds(SluiceDatabase database, RunSystemAct acts, TimeProvider time, ILogger<DropEndedPlaygrounds> log) : SystemJob(time, log)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private readonly TimeProvider _time = time;

    protected override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override string Name => "drop ended playgrounds";

    public override async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = (_time.GetUtcNow() - Remembered).ToUnixTimeMilliseconds();
        await using (var db = database.CreateContext())
        {
            if (!await db.KeyCredentials.AnyAsync(c => c.Purpose == KeyCredentialPurposes.Playground && c.ExpiresAtMs <= before, cancellationToken))
                return;
        }

        await acts.RunAsync(Name, async act =>
        {
            var ended = await act.Db.KeyCredentials.Where(c => c.Purpose == KeyCredentialPurposes.Playground && c.ExpiresAtMs <= before)
                .OrderBy(c => c.ExpiresAtMs).Take(AtOnce).ToListAsync(act.CancellationToken);
            act.Db.RemoveRange(ended);
            foreach (var keyId in ended.Select(c => c.KeyId).Distinct())
                act.KeyChanged(keyId);
        }, cancellationToken);
    }
}
