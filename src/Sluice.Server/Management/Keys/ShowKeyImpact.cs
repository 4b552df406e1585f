using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Sluice.Contracts.Management;
using Sluice.Gateway.Records;
using Sluice.Server.Authorization;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;

namespace Sluice.Server.Management.Keys;

internal static class ShowKeyImpact
{
    private const int Days = 7;
    private const int RecordsMax = 5_000;
    private const int PartsMax = 20;

    public static readonly Operation Operation = new()
    {
        Name = "showKeyImpact",
        Method = "GET",
        Path = "/keys/{id}/impact",
        Permission = Permissions.KeysRead,
        Summary = "Show what would stop if a key did",
        Description = "From the calls that were recorded: how many there were, from which networks and for which models. At most 5,000 of the newest are looked at.",
        Answer = typeof(KeyImpactAnswer),
        Refuses = [StatusCodes.Status404NotFound],
        Run = RunAsync,
    };

    private static async ValueTask<Outcome> RunAsync(OperationCall call)
    {
        if (call.Refused() is { } refusal)
            return refusal;
        var key = await call.Data.Keys.SingleOrDefaultAsync(k => k.Id == call.Id, call.CancellationToken);
        if (key is null)
            return Outcome.NotFound;
        var use = await call.Data.KeyUses.SingleOrDefaultAsync(u => u.KeyId == key.Id, call.CancellationToken);
        var today = await KeyView.TodayAsync(call);
        var week = 0L;
        for (var back = 0; back < Days; back++)
            week += back == 0 ? await call.Tools.CallsOnDayAsync(key.Id, today, call.CancellationToken) : await call.Tools.Records.CountsAsync(key.Id, today - back, call.CancellationToken);

        var recent = await RecentCalls.OfAsync(call, key.Id, TimeSpan.FromDays(Days), RecordsMax);
        var since = call.Now.AddHours(-24).ToUnixTimeMilliseconds();
        return new Answer(new KeyImpactAnswer
        {
            KeyId = key.Id,
            CallsLast24Hours = recent.Records.Count(r => r.StartedAtMs >= since),
            CallsLast7Days = week,
            AtLeast = !recent.All && recent.Records[^1].StartedAtMs >= since,
            LastUse = KeyView.LastUse(use),
            Networks = Parts(recent.Records, static r => NetworkOf(r.ClientIp)),
            Models = Parts(recent.Records, static r => r.ModelAsked),
        });
    }

    private static IReadOnlyList<KeyImpactPart> Parts(IReadOnlyList<RequestRecord> records, Func<RequestRecord, string?> of) =>
    [
        .. records.GroupBy(of).Where(g => g.Key is not null)
            .Select(g => new KeyImpactPart { Name = g.Key!, Calls = g.Count(), LastAt = DateTimeOffset.FromUnixTimeMilliseconds(g.Max(r => r.StartedAtMs)) })
            .OrderByDescending(p => p.Calls).ThenBy(p => p.Name, StringComparer.Ordinal).Take(PartsMax),
    ];

    private static string? NetworkOf(string? clientIp)
    {
        if (!IPAddress.TryParse(clientIp, out var address))
            return null;
        var (kept, bits) = address.AddressFamily is AddressFamily.InterNetwork ? (3, 24) : (8, 64);
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(kept).Clear();
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{bits}");
    }
}
