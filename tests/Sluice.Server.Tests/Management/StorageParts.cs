using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Ledger;
using Sluice.Gateway.Records;
using Sluice.Server.Audit;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Storage.Directories;
using Sluice.Server.Storage.Records;

namespace Sluice.Server.Tests.Management;

/// <summary>What the host registers for the management API beside the database itself.</summary>
internal static class StorageParts
{
    private static long _records;

    public static async Task AddAsync(IServiceCollection services, KeyMaterial material, SluiceDatabase database, string folder, TimeProvider time)
    {
        services.AddSingleton(material);
        services.AddSingleton<SecretSealer>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton<CheckpointLines>();
        services.AddSingleton(provider => new CheckpointFile(Path.Combine(folder, "audit-checkpoints.jsonl"), provider.GetRequiredService<CheckpointLines>()));
        services.AddSingleton<ChangeFeed>();
        var records = RecordStorage.Open(database, Path.Combine(folder, "records.db"), "node-1", time);
        await records.PrepareAsync(CancellationToken.None);
        services.AddSingleton<RecordStorage>(_ => records);
        services.AddSingleton(records.Reader);
    }

    /// <summary>Writes a record of one call and gives its id.</summary>
    public static async Task<string> AddRecordAsync(ManagementServer server, string organisationId, Action<RequestRecord>? with = null)
    {
        var number = Interlocked.Increment(ref _records);
        var now = server.Time.GetUtcNow();
        var record = new RequestRecord
        {
            RequestId = Sluice.Server.Management.Access.ObjectId.New("req", now.AddMilliseconds(number)),
            StartedAtMs = now.ToUnixTimeMilliseconds(),
            State = CallState.Settled,
            OrganisationId = organisationId,
            ProjectId = organisationId == ManagementServer.OrganisationA ? ManagementServer.ProjectA : ManagementServer.ProjectB,
            KeyId = "key_data",
            Day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber,
            ClientIp = "203.0.113.7",
            Endpoint = "POST /v1/chat/completions",
            ModelAsked = "deepseek-chat",
            ModelUsed = "deepseek-chat",
            Status = 200,
            StageTimesUs = [5, 7],
            FirstByteUs = 100,
            TotalUs = 200,
            TokenSource = TokenSource.Reported,
            PromptTokens = 3,
            CompletionTokens = 4,
        };
        with?.Invoke(record);
        await server.Services.GetRequiredService<RecordStorage>().WriteAsync(new LedgerBatch([record], [], [], new JournalPosition(1, number)), TestContext.Current.CancellationToken);
        return record.RequestId;
    }
}
