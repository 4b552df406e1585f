using Sluice.Gateway.Keys;
using Sluice.Gateway.Limits;
using Sluice.Gateway.Upstreams;
using Sluice.Server.Messages;
using Sluice.Server.Audit;
using Sluice.Server.Management.AuditLog;
using Sluice.Server.Reviews;
using Sluice.Server.Secrets;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Management.Operations;

/// <summary>What operations work with beside the database.</summary>
internal sealed class ManagementTools(KeyHasher hasher, SecretSealer sealer, RecordReader records, Sluice.Server.Accounts.AccountTools accounts, ManagementOptions options, Outbox outbox,
    MessageChannels channels, AuditVerification auditVerification, AuditExport auditExport, ReviewInquiry reviewInquiry, ReviewSeal reviewSeal, Diagnosis.GatewayInsight gateway, TimeProvider time)
{
    public KeyHasher Hasher { get; } = hasher;
    public Keys.KeyRoom KeyRoom { get; } = new(TimeProvider.System);
    public SecretSealer Sealer { get; } = sealer;
    /// <summary>Not narrowed to an organisation: every question names the caller's.</summary>
    public RecordReader Records { get; } = records;
    public Outbox Outbox { get; } = outbox;
    public MessageChannels Channels { get; } = channels;
    public Sluice.Server.Accounts.AccountTools Accounts { get; } = accounts;
    public IReadOnlyList<Contracts.Management.SignInProvider> SignInProviders => options.SignInProviders;
    /// <summary>Not narrowed to an organisation: every question names the caller's.</summary>
    public AuditVerification AuditVerification { get; } = auditVerification;
    /// <summary>Not narrowed to an organisation: every question names the caller's.</summary>
    public AuditExport AuditExport { get; } = auditExport;
    /// <summary>Asked with the caller's part of the database.</summary>
    public ReviewInquiry ReviewInquiry { get; } = reviewInquiry;
    public ReviewSeal ReviewSeal { get; } = reviewSeal;
    public Installation.NodeState Node() => options.Node();
    /// <summary>Not narrowed to an organisation: what is asked about a key is asked once the key is found.</summary>
    public Diagnosis.GatewayInsight Gateway { get; } = gateway;
    /// <summary>For what goes on after the operation.</summary>
    public TimeProvider Time { get; } = time;
    public IReadOnlyList<string> Endpoints => options.Endpoints;
    public IReadOnlyList<string> StagesOf(string endpoint) => options.StagesOf(endpoint);
    public IReadOnlyList<UpstreamDefinition> ConfiguredUpstreams => options.ConfiguredUpstreams;

    /// <summary>What is taken from the limits of a key in this process; <see langword="null"/> where the host did not give it.</summary>
    public LimitUse? LimitUseOf(string keyId, TimeZoneInfo zone) => options.LimitUseOf?.Invoke(keyId, zone);

    /// <summary>Calls of a key counted on a day: what the gateway's own count says where the host gave it, else what was written so far.</summary>
    public async ValueTask<long> CallsOnDayAsync(string keyId, int day, CancellationToken cancellationToken) =>
        options.CallsOnDay is { } count ? await count(keyId, day, cancellationToken) : await Records.CountsAsync(keyId, day, cancellationToken);
}
