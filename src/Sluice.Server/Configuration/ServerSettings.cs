using System.Net;
using Sluice.Gateway.Keys;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Metering;
using Sluice.Gateway.Upstreams;

namespace Sluice.Server.Configuration;

/// <param name="Delay">Time that the node goes on taking work after it said it is not ready.</param>
/// <param name="Timeout">Time that calls under way then have to end.</param>
public sealed record DrainSettings(TimeSpan Delay, TimeSpan Timeout);

/// <param name="FlushInterval">Longest time that what was written waits for its flush to disk.</param>
public sealed record LedgerSettings(LedgerDurability Durability, TimeSpan FlushInterval);

/// <param name="Enabled"><see langword="null"/>: only while no other upstream is there.</param>
/// <param name="TokensPerSecond">Pace of its streams; 0 is as fast as they are read.</param>
public sealed record SandboxSettings(bool? Enabled, int TokensPerSecond);

/// <summary>Everything the operator can set, read and checked once at start. Immutable.</summary>
public sealed record ServerSettings
{
    /// <summary>Absolute http or https URLs to listen on; port 0 picks a free one.</summary>
    public required IReadOnlyList<string> Urls { get; init; }
    /// <summary>Full path.</summary>
    public required string DataFolder { get; init; }
    /// <summary>Connection string of a PostgreSQL database; <see langword="null"/> for SQLite in the data folder.</summary>
    public required PlainSecret? Database { get; init; }
    /// <summary>Whether this node may bring an older PostgreSQL schema up to date when it starts. SQLite's always is.</summary>
    public required bool MigrateAtStart { get; init; }
    /// <summary>The configured upstreams, without the sandbox that stands in where there is none.</summary>
    public required IReadOnlyList<UpstreamDefinition> Upstreams { get; init; }
    public required SandboxSettings Sandbox { get; init; }
    public required DrainSettings Drain { get; init; }
    public required LedgerSettings Ledger { get; init; }
    /// <summary>Days that request records are kept; 0 is for ever.</summary>
    public required int RecordDays { get; init; }
    /// <summary>Full path of the file that checkpoints of the audit log are written to.</summary>
    public required string AuditCheckpointFile { get; init; }
    public required IReadOnlyList<ModelPrice> Prices { get; init; }
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }
    /// <summary>What callers reach this node as, where that is not the address it listens on; without a trailing slash.</summary>
    public required Uri? PublicBaseUrl { get; init; }
    /// <summary>Zone of the organisation that the first start makes; IANA name.</summary>
    public required TimeZoneInfo TimeZone { get; init; }
    /// <summary>Who may sign up, and how.</summary>
    public required Accounts.AccountOptions Accounts { get; init; }
    public required bool JsonLogs { get; init; }
    /// <summary>Where GitHub publishes the keys that it signs reports of leaked keys with; <see langword="null"/> where these are not taken.</summary>
    public required Uri? GitHubScanningKeysUrl { get; init; }
    public required MessageSettings Messages { get; init; }
    public required SignInSettings SignIn { get; init; }
}
