using Sluice.Gateway;
using Sluice.Gateway.Ledger;
using Sluice.Server.Configuration;

namespace Sluice.Server.Hosting;

/// <summary>
/// What happens between the signal to stop and the end of listening: say so, go on serving for a while (balancers need time to notice, and new connections
/// are refused from the moment the listener stops), turn new calls away, let the others end, cut what is left. Runs before the HTTP server stops; the
/// journal is closed after it has.
/// </summary>
internal sealed class DrainOnStop : IHostedLifecycleService
{
    /// <summary>What is cut gets this much of the time-out for its error event and its settlement.</summary>
    private static readonly TimeSpan ForCutting = TimeSpan.FromSeconds(3);
    private readonly Readiness _readiness;
    private readonly GatewayDrain _gateway;
    private readonly CallLedger _ledger;
    private readonly DrainSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<DrainOnStop> _log;

    public DrainOnStop(Readiness readiness, GatewayDrain gateway, CallLedger ledger, ServerSettings settings, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DrainOnStop> log)
    {
        (_readiness, _gateway, _ledger, _settings, _time, _log) = (readiness, gateway, ledger, settings.Drain, time, log);
        lifetime.ApplicationStopping.Register(() => readiness.Hold(Readiness.Draining));
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _readiness.Hold(Readiness.Draining);
        if (_settings.Delay > TimeSpan.Zero) await Task.Delay(_settings.Delay, _time, cancellationToken);
        _gateway.BeginRefusing();
        if (_gateway.InFlight > 0) _log.LogInformation("Stopping: {Calls} calls have {Seconds} seconds to end.", _gateway.InFlight, _settings.Timeout.TotalSeconds);

        var cutting = _settings.Timeout < ForCutting ? _settings.Timeout : ForCutting;
        if (await _gateway.WhenIdleAsync(_settings.Timeout - cutting, cancellationToken)) return;
        _log.LogWarning("Stopping: {Calls} calls did not end in time and are cut.", _gateway.InFlight);
        _gateway.CutAll();
        // With a time-out of nothing the calls are still settled: that takes no upstream.
        if (!await _gateway.WhenIdleAsync(ForCutting, cancellationToken))
            _log.LogWarning("Stopping: {Calls} calls could not be ended; they are settled from the journal by the next start.", _gateway.InFlight);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    /// <summary>Nothing listens any more. What is not in the database within the time left stays in the journal for the next start.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => _ledger.StopAsync(cancellationToken);
}
