using Sluice.Server.Configuration;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Hosting;

/// <summary>Removes request records that are older than the operator wants to keep, a day's table at a time, and roll-ups by the minute, a few times a day.</summary>
internal sealed class DropOldRecords(ServerSettings settings, RecordStorage records, TimeProvider time, ILogger<DropOldRecords> log) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = First; ; wait = Interval)
        {
            await Task.Delay(wait, time, stoppingToken);
            try
            {
                var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).DayNumber;
                var days = await records.DropBeforeAsync(settings.RecordDays == 0 ? 0 : today - settings.RecordDays, stoppingToken);
                if (days > 0) log.LogInformation("Records of {Days} days older than {Kept} days were removed.", days, settings.RecordDays);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Old records could not be removed; the next attempt is in {Hours} h. {Reason}", Interval.TotalHours, e.Message);
            }
        }
    }
}
